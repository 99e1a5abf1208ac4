/** The aggregate under simulation. Its state tells exactly which events it has seen, in which order, and so does every reply. */
import {
  type AnyActorRef,
  type Command,
  type CommandContext,
  type Delivery,
  type Effect,
  type EventSourcedDefinition,
  eventSourced,
  type SnapshotRule,
} from "rekindle";

/** What a ledger answers: how many events it has seen, and a digest of them in their order. */
export interface View {
  readonly length: number;
  readonly digest: number;
  readonly locked: boolean;
}

/** The state is what is answered. */
export type LedgerState = View;

/** One of the events of a command; `index` counts from 0 to `of - 1`. */
export interface LedgerEvent {
  readonly type: "Entered" | "Locked" | "Unlocked" | "Obliged" | "Confirmed" | "Poison";
  readonly command: string;
  readonly index: number;
  readonly of: number;
  /** Which delivery is confirmed. */
  readonly deliveryId?: string;
}

/** What an `Obliged` event obliges its ledger to deliver. */
export interface Parcel {
  readonly deliveryId: string;
  readonly command: string;
}

/** What follows when the events are durable. */
export type Follow = "run" | "throw" | "throw later" | "snapshot" | "stop";

interface Entry {
  readonly id: string;
  readonly count: number;
  readonly follow: readonly Follow[];
}

/** Every command has an id of its own, which its events carry. */
export type LedgerCommand =
  | Command<"Enter", Entry, View>
  | Command<"EnterLater", Entry & { afterMs: number; fails: boolean }, View>
  | Command<"Remind", { id: string; afterMs: number }, View>
  | Command<"Read", { id: string }, View>
  | Command<"Refuse", { id: string }, View>
  | Command<"Damage", { id: string; what: "event" | "reply" }, View>
  | Command<"Throw", { id: string; where: "decide" | "apply" | "reply" }, View>
  | Command<"Lock", { id: string }, View>
  | Command<"Unlock", { id: string }, View>
  | Command<"Oblige", { id: string }, View>
  | Command<"Confirm", { id: string; deliveryId: string }, View>
  | Command<"Stop", { id: string }>
  | Command<"Unknown", { id: string }>;

type Entering = Extract<LedgerCommand, { type: "Enter" | "EnterLater" }>;

/** Who looks on. */
export interface Witness {
  sleep(ms: number): Promise<void>;
  /** An entity is back. `highest` is what it believes to be its last sequence number. */
  recovered(persistenceId: string, state: LedgerState, highest: number): void;
  /** Whether a signal handler throws this time. */
  flinches(): boolean;
  /** The actor to which parcels go; now and then there is none. */
  recipient(): AnyActorRef | undefined;
  /** A side effect has been run. */
  ran(command: string, persistenceId: string, state: LedgerState): void;
}

/** How the entities of one seed differ from those of another. */
export interface LedgerTuning {
  readonly passivateAfterMs: number;
  readonly mailboxCapacity: number;
  readonly stashCapacity: number;
  readonly maxRestarts: number;
}

/** The error of a command that is refused. */
export class RefusedError extends Error {}

/** The error of a handler that throws. */
export class ThrownError extends Error {}

/** An event handler was given an event that does not follow its state: this is never wanted. */
export class OutOfOrderError extends Error {}

export const emptyLedger: LedgerState = { length: 0, digest: 17, locked: false };

/** The model: the state after an event. The aggregate uses it too, so what is compared is the history. */
export function fold(state: LedgerState, event: LedgerEvent): LedgerState {
  let digest = Math.imul(state.digest, 31) + event.index;
  for (const character of event.command) digest = (Math.imul(digest, 31) + (character.codePointAt(0) ?? 0)) | 0;
  const locked = event.type === "Locked" || (event.type !== "Unlocked" && state.locked);
  return { length: state.length + 1, digest, locked };
}

/** What a timer of a `Remind` sends has an id of its own. */
export function reminderOf(id: string): string {
  return `${id}-reminder`;
}

/** So have confirmations of what a command has obliged a ledger to deliver. */
export function confirmationOf(id: string, attempt: number): string {
  return `${id}-confirmation-${attempt}`;
}

/** The command because of which another was sent, by a timer or by a recipient. */
export function originOf(id: string): string | undefined {
  return /^(c\d+)-(?:reminder|confirmation-\d+)$/.exec(id)?.[1];
}

/** One type without snapshots, one that keeps its events beside them, one that deletes what they cover. */
export const snapshotRules: Readonly<Record<string, SnapshotRule<LedgerEvent, LedgerState>>> = {
  plain: {},
  ledger: { every: 5, keep: 2, when: (_state, event) => event.type === "Locked" },
  archive: { every: 4, keep: 1, deleteEvents: true },
};

/** The definition of one entity type. */
export function defineLedger(
  entityType: string,
  witness: Witness,
  tuning: LedgerTuning,
): EventSourcedDefinition<LedgerCommand, LedgerEvent, LedgerState> {
  const { maxRestarts, ...limits } = tuning;
  return eventSourced<LedgerCommand, LedgerEvent, LedgerState>({
    entityType,
    emptyState: emptyLedger,
    ...limits,
    supervision: { minBackoffMs: 20, maxBackoffMs: 300, maxRestarts },
    snapshots: snapshotRules[entityType] ?? {},
    tagger: (event) => [event.type],
    deliveries: {
      begins: ({ type, command }) => (type === "Obliged" ? [parcelOf(command)] : []),
      confirms: ({ deliveryId }) => (deliveryId === undefined ? [] : [deliveryId]),
      destination: () => witness.recipient(),
      redeliverAfterMs: 400,
    },
    commandHandler(state, command, context) {
      const entering = command.type === "Enter" || command.type === "EnterLater";
      if (!entering) return decide(state, command, context);
      if (state.locked) return context.effect.stash();
      if (command.type === "Enter") return enter(command, context, witness);
      return witness.sleep(command.afterMs).then(() => {
        if (command.fails) throw new ThrownError(command.id);
        return enter(command, context, witness);
      });
    },
    eventHandler(state, event, { sequenceNr }) {
      if (event.type === "Poison") throw new ThrownError(event.command);
      if (sequenceNr !== state.length + 1) throw new OutOfOrderError(`${sequenceNr} after ${state.length}`);
      return fold(state, event);
    },
    onSignal(state, signal, { persistenceId }) {
      if (signal.type === "RecoveryCompleted") witness.recovered(persistenceId, state, signal.sequenceNr);
      if (witness.flinches()) throw new ThrownError(signal.type);
    },
  });
}

type Context = CommandContext<LedgerCommand, LedgerEvent, LedgerState>;
type Decision = Effect<LedgerCommand, LedgerEvent, LedgerState>;

function enter(command: Entering, { effect, persistenceId }: Context, witness: Witness): Decision {
  const { id, count, follow } = command;
  let decision = effect.persist(events("Entered", id, count)).thenReply(command, (now) => now);
  for (const step of follow) {
    if (step === "snapshot") decision = decision.thenSnapshot();
    else if (step === "stop") decision = decision.thenStop();
    else {
      decision = decision.thenRun((now) => {
        witness.ran(id, persistenceId, now);
        if (step === "run") return;
        if (step === "throw") throw new ThrownError(id);
        return witness.sleep(1).then(() => Promise.reject(new ThrownError(id)));
      });
    }
  }
  return decision;
}

function decide(state: LedgerState, command: Exclude<LedgerCommand, Entering>, context: Context): Decision {
  const { effect, timers } = context;
  const { id } = command;
  switch (command.type) {
    case "Remind":
      timers.startSingleTimer(id, { type: "Enter", id: reminderOf(id), count: 1, follow: ["run"] }, command.afterMs);
      return effect.reply(command, state);
    case "Read":
      return effect.reply(command, state);
    case "Refuse":
      return effect.reject(command, new RefusedError(`the ledger refuses ${id}`));
    case "Damage":
      return decideDamage(command, context);
    case "Throw":
      if (command.where === "decide") throw new ThrownError(id);
      if (command.where === "apply") return effect.persist([...events("Entered", id, 1), ...events("Poison", id, 1)]);
      return effect.persist(events("Entered", id, 1)).thenReply(command, () => {
        throw new ThrownError(id);
      });
    case "Lock":
      return effect.persist(events("Locked", id, 1)).thenReply(command, (now) => now);
    case "Unlock":
      return effect
        .persist(events("Unlocked", id, 1))
        .thenReply(command, (now) => now)
        .thenUnstashAll();
    case "Oblige":
      return effect.persist(events("Obliged", id, 1)).thenReply(command, (now) => now);
    case "Confirm": {
      const confirmed = events("Confirmed", id, 1).map((event) => ({ ...event, deliveryId: command.deliveryId }));
      return effect.persist(confirmed).thenReply(command, (now) => now);
    }
    case "Stop":
      return effect.stop();
    default:
      return effect.unhandled();
  }
}

/** What JSON would damage: a date in the second of two events, or a reply that is no number. */
function decideDamage(command: Extract<LedgerCommand, { type: "Damage" }>, { effect }: Context): Decision {
  const [first, second] = events("Entered", command.id, 2);
  if (!first || !second) throw new RangeError("two events were made");
  if (command.what === "event") return effect.persist([first, { ...second, at: new Date(0) } as LedgerEvent]);
  return effect.persist([first, second]).thenReply(command, (now) => ({ ...now, digest: Number.NaN }));
}

/** The events of a command that enters something. */
export function entries(command: string, count: number): LedgerEvent[] {
  return events("Entered", command, count);
}

function parcelOf(command: string): Delivery {
  return { to: "recipient", message: (deliveryId): Parcel => ({ deliveryId, command }) };
}

function events(type: LedgerEvent["type"], command: string, of: number): LedgerEvent[] {
  return Array.from({ length: of }, (_, index) => ({ type, command, index, of }));
}
