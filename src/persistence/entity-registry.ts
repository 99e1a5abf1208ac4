/** The entity types of one system, each with its own shard. */
import type { ActorCell } from "../actor/actor-cell.ts";
import type { ActorKernel } from "../actor/actor-kernel.ts";
import { pathOf } from "../actor/actor-path.ts";
import type { ActorRef } from "../actor/actor-ref.ts";
import type { AskOptions } from "../actor/ask.ts";
import type { Envelope, ReplyAddress } from "../actor/envelope.ts";
import type { NactRef } from "../actor/nact-actor.ts";
import { ActorStoppedError } from "../errors.ts";
import type { StoredSnapshot } from "../storage/snapshot-store.ts";
import type { StoredEvent } from "../storage/stored-event.ts";
import { EntityIncarnation } from "./entity.ts";
import type { EntityHost } from "./entity-host.ts";
import type { EntityRef } from "./entity-ref.ts";
import { EntityType } from "./entity-type.ts";
import { type EventDecoder, type EventEnvelope, toEnvelope } from "./event-envelope.ts";
import type { EventSourcedDefinition } from "./event-sourced.ts";
import { persistenceIdOf } from "./persistence-id.ts";
import { Receipts } from "./receipts.ts";
import { type PastMoment, type Recovered, Recovery } from "./recovery.ts";
import { withOffset } from "./reply-with-offset.ts";
import { Shard } from "./shard.ts";
import { Writers } from "./writers.ts";

/** An entity without work for so long is stopped until its next message, unless its definition says otherwise. */
export const defaultPassivateAfterMs = 120_000;

/** An entity type in use. */
interface Registered {
  readonly definition: object;
  readonly type: EventDecoder & { canRead(snapshot: StoredSnapshot): boolean };
  readonly shard: Shard;
}

/** The entities of one system. */
export class EntityRegistry implements EventDecoder {
  readonly #kernel: ActorKernel;
  readonly #host: EntityHost;
  readonly #guardian: NactRef;
  readonly #types = new Map<string, Registered>();
  readonly #writers = new Writers();
  #closed = false;

  constructor(kernel: ActorKernel, host: EntityHost) {
    this.#kernel = kernel;
    this.#host = host;
    this.#guardian = kernel.guardian("entity");
  }

  /** @throws TypeError for a bad id, or a second definition of an entity type in use; ActorStoppedError for a new one after the end */
  ref<C, E, S>(definition: EventSourcedDefinition<C, E, S>, entityId: string): EntityRef<C> {
    return this.#shardOf(definition).ref(entityId);
  }

  /**
   * Spawns an entity as a named actor: its name is its entity id, it recovers at once, and when it stops its reference is dead.
   *
   * @param parent default: the `user` guardian
   * @throws NameTakenError when the name or the persistence id is in use
   */
  spawn<C, E, S>(definition: EventSourcedDefinition<C, E, S>, name: string, parent?: NactRef): ActorRef<C> {
    this.#shardOf(definition);
    const type = new EntityType(definition);
    const persistenceId = persistenceIdOf(definition.options, name);
    this.#writers.assertFree(persistenceId);
    const properties = {
      mailboxCapacity: definition.options.mailboxCapacity,
      supervision: definition.options.supervision,
      incarnate: (cell: ActorCell) => {
        this.#writers.take(persistenceId, cell);
        const self = this.#kernel.refTo<C>(cell);
        return new EntityIncarnation({ type, entityId: name, persistenceId, self, cell, host: this.#host, touched });
      },
      onEnd: () => this.#writers.release(persistenceId),
    };
    const cell = this.#kernel.spawnUserCell(name, properties, parent);
    cell.wake();
    return this.#kernel.refTo(cell);
  }

  /**
   * Asks the one writer of an entity's stream: the live one, whatever its name, or one that this activates. The answer comes with
   * its offset.
   */
  async askWriter<C, E, S>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    question: Omit<Envelope, "reply">,
    options: AskOptions | undefined,
  ): Promise<unknown> {
    const shard = this.#shardOf(definition);
    const ref = shard.ref(entityId);
    const send = (_message: unknown, reply: ReplyAddress): void => {
      const envelope = { ...question, reply: withOffset(reply) };
      const live = this.#writers.of(ref.persistenceId);
      if (live) live.enqueue(envelope);
      else shard.deliver(ref, envelope);
    };
    return this.#kernel.asks.ask({ path: ref.path, question: send }, question.message, options);
  }

  /** What a recovery finds, without an entity that lives on. @throws RecoveryFailedError, and as {@link ref} */
  async recover<C, E, S>(
    definition: EventSourcedDefinition<C, E, S>,
    entityId: string,
    until?: PastMoment,
  ): Promise<Recovered<S>> {
    this.#shardOf(definition);
    const { options, emptyState, decode } = new EntityType(definition);
    const persistenceId = persistenceIdOf(options, entityId);
    const receipts = new Receipts(options.commandIds);
    const host = this.#host;
    const request = { options, emptyState, decode, persistenceId, host, deliveries: undefined, receipts, until };
    return new Recovery(request).run();
  }

  /** Makes an entity type known, so that its events are read as its definition says. @throws as {@link ref} */
  register<C, E, S>(definition: EventSourcedDefinition<C, E, S>): void {
    this.#shardOf(definition);
  }

  /** Events of an entity type that is not known yet are shown as they are stored. */
  envelopes(stored: StoredEvent): readonly EventEnvelope[] {
    return this.#types.get(stored.entityType)?.type.envelopes(stored) ?? [toEnvelope(stored)];
  }

  /** Whether recovery of an entity of that type would take the snapshot; true for a type that is not known. */
  canRead(entityType: string, snapshot: StoredSnapshot): boolean {
    return this.#types.get(entityType)?.type.canRead(snapshot) ?? true;
  }

  /** @throws NameTakenError when an entity with that persistence id is live */
  assertNotLive(persistenceId: string): void {
    this.#writers.assertFree(persistenceId);
  }

  /** After it, what comes after a graceful stop is a dead letter. Call it before the actors are stopped. */
  close(): void {
    this.#closed = true;
    for (const { shard } of this.#types.values()) shard.close();
  }

  #shardOf<C, E, S>(definition: EventSourcedDefinition<C, E, S>): Shard {
    if (definition?.kind !== "event-sourced") throw new TypeError("expected a definition made by eventSourced()");
    const { entityType, options } = definition;
    const known = this.#types.get(entityType);
    if (known?.definition === definition) return known.shard;
    if (known) {
      throw new TypeError(
        `entity type ${JSON.stringify(entityType)} is in use by another definition; use that one, or another name`,
      );
    }
    if (this.#closed) {
      throw new ActorStoppedError(`${pathOf(this.#guardian)}/${entityType}`, "the actor system has terminated");
    }
    const type = new EntityType(definition);
    const shard = new Shard(
      {
        entityType,
        passivateAfterMs: options.passivateAfterMs ?? defaultPassivateAfterMs,
        mailboxCapacity: options.mailboxCapacity,
        supervision: options.supervision,
        persistenceId: (entityId) => persistenceIdOf(options, entityId),
        incarnate: (self, cell, touched) => {
          const { entityId, persistenceId } = self;
          return new EntityIncarnation<C, E, S>({
            type,
            entityId,
            persistenceId,
            self,
            cell,
            host: this.#host,
            touched,
          });
        },
      },
      this.#kernel,
      this.#guardian,
      this.#writers,
    );
    this.#types.set(entityType, { definition, type, shard });
    return shard;
  }
}

function touched(): void {}
