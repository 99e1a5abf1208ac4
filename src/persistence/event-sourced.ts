/** What a user writes: an aggregate as data and three functions. */
import type { ActorScope } from "../actor/actor-definition.ts";
import { assertCapacity } from "../actor/actor-definition.ts";
import { assertName } from "../actor/actor-name.ts";
import type { ActorRef } from "../actor/actor-ref.ts";
import type { OwnBelongings } from "../actor/belongings.ts";
import type { CommandNamed, CommandType } from "../actor/command.ts";
import type { Logger } from "../actor/logger.ts";
import { assertSupervision, type RestartOptions } from "../actor/supervision.ts";
import { type EventDeclaration, readDeclarations } from "../codec/event-declaration.ts";
import { assertSchema, type StandardSchemaV1 } from "../codec/standard-schema.ts";
import type { SnapshotCriteria } from "../storage/snapshot-store.ts";
import type { Metadata } from "../storage/stored-event.ts";
import type { DeliveryOptions } from "./deliveries.ts";
import type { Effect, EffectFactory } from "./effect.ts";
import type { EntityRef } from "./entity-ref.ts";
import type { CommandIdOptions } from "./receipts.ts";
import type { Signal } from "./signal.ts";
import type { StateVersions } from "./snapshot-version.ts";

/** What an entity can do with the system it lives in. */
export interface EntityScope extends ActorScope {
  /** A reference to another entity; see `ActorSystem.entityRef`. */
  entityRef<C, E, S>(definition: EventSourcedDefinition<C, E, S>, entityId: string): EntityRef<C>;
  readonly eventStream: { publish(event: object): void };
}

/** What an entity knows about itself. */
export interface EntityContext<C> extends OwnBelongings<C> {
  readonly self: ActorRef<C>;
  readonly persistenceId: string;
  readonly entityId: string;
  /** Of the last event applied; 0 when there is none yet. */
  readonly sequenceNr: number;
  readonly log: Logger;
  readonly system: EntityScope;
  /** Spawns a child: it stops when this entity stops or restarts. */
  readonly spawn: ActorScope["spawn"];
}

/** What a command handler is given besides state and command. Valid until the returned effect is taken. */
export interface CommandContext<C, E, S> extends EntityContext<C> {
  readonly effect: EffectFactory<C, E, S>;
  /** What came with the command. */
  readonly metadata: Metadata;
}

/** What an event handler knows about the event besides its content. */
export interface EventMeta {
  readonly sequenceNr: number;
  /** When the event was decided, in milliseconds since the epoch. */
  readonly timestamp: number;
  /** What came with the command. */
  readonly metadata: Metadata;
  /** The event comes from the journal, not from a command of just now. */
  readonly replaying: boolean;
}

/** When snapshots are saved, and what becomes of older ones. */
export interface SnapshotRule<E, S> extends StateVersions<S> {
  /** After every so many events. */
  readonly every?: number;
  /** After an event for which this is true. */
  readonly when?: (state: S, event: E, sequenceNr: number) => boolean;
  /** How many snapshots of `every` to keep. Default: all. */
  readonly keep?: number;
  /** Also delete the events that no kept snapshot needs; with `when` and without `keep`, those that its snapshot covers. Default false. */
  readonly deleteEvents?: boolean;
}

/** Where recovery begins and ends. */
export interface RecoveryOptions {
  /** Which snapshot to begin with. Default `"latest"`; with `"none"` every event is replayed. */
  readonly fromSnapshot?: "latest" | "none" | SnapshotCriteria;
  /** The last event to replay. Default: all. New events still follow the last one stored. */
  readonly toSequenceNr?: number;
  /** Recovery fails when the storage gives nothing for so long, in milliseconds; waiting for a turn to recover is not counted. Default 30,000. */
  readonly idleTimeoutMs?: number;
}

/** What a command or an event carries besides its type. */
export type MembersOf<M> = { [K in keyof M as K extends string ? (K extends "type" ? never : K) : never]: M[K] };

/** Every event type of the entity, and those that it used to have. */
export type EventDeclarations<E> = {
  readonly [Type in CommandType<E>]: EventDeclaration<MembersOf<CommandNamed<E, Type>>>;
} & { readonly [formerType: string]: EventDeclaration };

/** Schemas of any library that follows https://standardschema.dev, by the types of the commands. */
export type CommandSchemas<C> = {
  readonly [Type in CommandType<C>]?: StandardSchemaV1<unknown, MembersOf<CommandNamed<C, Type>>>;
};

/** Everything that makes an aggregate. */
export interface EventSourcedOptions<C, E, S> {
  /** A stable name, the same for all entities of this kind; it is part of the stored history. */
  readonly entityType: string;
  /** The state before the first event. Plain data is copied for each entity. */
  readonly emptyState: S;
  /** Decides. Pure: it reads the state and returns an effect, or a promise of one while which no other command is taken. */
  readonly commandHandler: (
    state: S,
    command: C,
    context: CommandContext<C, E, S>,
  ) => Effect<C, E, S> | Promise<Effect<C, E, S>>;
  /** Gives the state after an event. Pure: no clock, no chance, no change to its arguments. */
  readonly eventHandler: (state: S, event: E, meta: EventMeta) => S;
  /** Tags for queries, given the state after the event. Default: none. */
  readonly tagger?: (event: E, state: S) => readonly string[];
  /**
   * The event types with their versions, upcasters and schemas; an event of any other type is refused, when it is persisted and when it
   * is read. Default: events of any type, always as version 1.
   */
  readonly events?: EventDeclarations<E>;
  /** A command is held against its schema before the handler sees what the schema makes of it; one without a schema passes. Default: none. */
  readonly commands?: CommandSchemas<C>;
  readonly snapshots?: SnapshotRule<E, S>;
  readonly recovery?: RecoveryOptions;
  /** Default: restart with back-off and recover from the journal. */
  readonly supervision?: RestartOptions;
  /** An entity without work for so long is stopped until its next message, in milliseconds. Default 120,000; Infinity keeps it. */
  readonly passivateAfterMs?: number;
  /** Default 262,144. A message beyond it is refused with MailboxOverflowError. */
  readonly mailboxCapacity?: number;
  /** Default 10,000. */
  readonly stashCapacity?: number;
  /** What becomes of a command stashed beyond the capacity: `"drop"` refuses it with MailboxOverflowError, `"fail"` fails the entity. Default `"drop"`. */
  readonly stashOverflow?: "drop" | "fail";
  /** Messages to other actors that must arrive. Default: none. */
  readonly deliveries?: DeliveryOptions<E, EntityScope>;
  /** How many commands that came with a `commandId` are remembered, and for how long. Default: 1,000, for a day. */
  readonly commandIds?: CommandIdOptions;
  /** Told about recovery, snapshots, failures and the end. What it throws is a failure of the entity. */
  readonly onSignal?: (state: S, signal: Signal, context: EntityContext<C>) => void;
  /** The id in the journal. Default: entityType + "|" + entityId. */
  readonly persistenceId?: (entityId: string) => string;
}

/** An aggregate, ready for `entityRef` and `spawn`. */
export interface EventSourcedDefinition<C, E, S> {
  readonly kind: "event-sourced";
  readonly entityType: string;
  readonly options: EventSourcedOptions<C, E, S>;
}

/**
 * Describes an aggregate.
 *
 * @throws TypeError when an option is missing or of the wrong kind
 */
export function eventSourced<C, E, S>(options: EventSourcedOptions<C, E, S>): EventSourcedDefinition<C, E, S> {
  if (typeof options !== "object" || options === null) throw new TypeError("eventSourced takes an object of options");
  assertName(options.entityType, "entityType");
  if (options.entityType.includes("|") && !options.persistenceId) {
    throw new TypeError(
      `entityType ${options.entityType} must not contain "|", which ends it in a persistence id; give a persistenceId function`,
    );
  }
  const of = `of entity type ${options.entityType}`;
  for (const name of ["commandHandler", "eventHandler"] as const) {
    if (typeof options[name] !== "function") throw new TypeError(`${name} ${of} must be a function`);
  }
  for (const name of ["tagger", "onSignal", "persistenceId"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new TypeError(`${name} ${of} must be a function`);
    }
  }
  if (!("emptyState" in options)) throw new TypeError(`emptyState ${of} is missing`);
  assertSupervision(options.supervision, `entity type ${options.entityType}`);
  assertCapacity(options.mailboxCapacity, `mailboxCapacity ${of}`);
  assertCapacity(options.stashCapacity, `stashCapacity ${of}`);
  if (options.stashOverflow !== undefined && options.stashOverflow !== "drop" && options.stashOverflow !== "fail") {
    throw new TypeError(`stashOverflow ${of} must be "drop" or "fail", not ${String(options.stashOverflow)}`);
  }
  if (options.events !== undefined) readDeclarations(options.events, of);
  assertCommands(options.commands, of);
  assertSnapshotRule(options.snapshots, of);
  assertDeliveries(options.deliveries, of);
  assertRecovery(options.recovery, of);
  assertCommandIds(options.commandIds, of);
  const { passivateAfterMs = 1 } = options;
  if (!(typeof passivateAfterMs === "number" && passivateAfterMs > 0)) {
    throw new TypeError(`passivateAfterMs ${of} must be a number above 0, not ${String(passivateAfterMs)}`);
  }
  return { kind: "event-sourced", entityType: options.entityType, options };
}

function assertCommands(commands: object | undefined, of: string): void {
  if (commands === undefined) return;
  assertObject(commands, `commands ${of}`);
  for (const [type, schema] of Object.entries(commands)) assertSchema(schema, `commands.${type} ${of}`);
}

function assertSnapshotRule<E, S>(rule: SnapshotRule<E, S> | undefined, of: string): void {
  if (rule === undefined) return;
  assertObject(rule, `snapshots ${of}`);
  assertCapacity(rule.every, `snapshots.every ${of}`);
  assertCapacity(rule.keep, `snapshots.keep ${of}`);
  assertCapacity(rule.schemaVersion, `snapshots.schemaVersion ${of}`);
  for (const name of ["when", "migrate"] as const) {
    if (rule[name] !== undefined && typeof rule[name] !== "function") {
      throw new TypeError(`snapshots.${name} ${of} must be a function`);
    }
  }
}

function assertRecovery(recovery: RecoveryOptions | undefined, of: string): void {
  if (recovery === undefined) return;
  assertObject(recovery, `recovery ${of}`);
  const { fromSnapshot, toSequenceNr = 0, idleTimeoutMs = 1 } = recovery;
  if (!(typeof idleTimeoutMs === "number" && idleTimeoutMs > 0)) {
    throw new TypeError(`recovery.idleTimeoutMs ${of} must be a number above 0, not ${String(idleTimeoutMs)}`);
  }
  if (!(typeof toSequenceNr === "number" && toSequenceNr >= 0)) {
    throw new TypeError(`recovery.toSequenceNr ${of} must be a number of at least 0, not ${String(toSequenceNr)}`);
  }
  if (fromSnapshot === undefined || fromSnapshot === "latest" || fromSnapshot === "none") return;
  assertObject(fromSnapshot, `recovery.fromSnapshot ${of}`);
}

function assertCommandIds(commandIds: CommandIdOptions | undefined, of: string): void {
  if (commandIds === undefined) return;
  assertObject(commandIds, `commandIds ${of}`);
  assertCapacity(commandIds.max, `commandIds.max ${of}`);
  const { maxAgeMs = 1 } = commandIds;
  if (!(typeof maxAgeMs === "number" && maxAgeMs > 0)) {
    throw new TypeError(`commandIds.maxAgeMs ${of} must be a number above 0, not ${String(maxAgeMs)}`);
  }
}

function assertDeliveries<E>(deliveries: DeliveryOptions<E, EntityScope> | undefined, of: string): void {
  if (deliveries === undefined) return;
  assertObject(deliveries, `deliveries ${of}`);
  for (const name of ["begins", "confirms", "destination"] as const) {
    if (typeof deliveries[name] !== "function") throw new TypeError(`deliveries.${name} ${of} must be a function`);
  }
  for (const name of ["redeliverAfterMs", "redeliveryBurstMax", "warnAfterAttempts", "unconfirmedMax"] as const) {
    assertCapacity(deliveries[name], `deliveries.${name} ${of}`);
  }
}

function assertObject(value: unknown, what: string): void {
  if (typeof value !== "object" || value === null)
    throw new TypeError(`${what} must be an object, not ${String(value)}`);
}
