/**
 * At-least-once delivery to other actors: what an event obliges an entity to deliver is sent when the event is durable, and
 * again until another event confirms it. Restarts and snapshots keep it; whoever receives must expect repetitions.
 */
import type { AnyActorRef } from "../actor/actor-ref.ts";
import { recipientOf } from "../actor/recipient.ts";
import type { Clock, Timer } from "../clock.ts";
import { encodeJson } from "../codec/encode-json.ts";
import { PersistRejectedError } from "../errors.ts";
import { type Metadata, noMetadata } from "../storage/stored-event.ts";
import { causedByEvent } from "./caused-by.ts";

/** One message that must arrive. */
export interface Delivery {
  /** The name of the recipient, stored in snapshots; `destination` of {@link DeliveryOptions} finds the actor. */
  readonly to: string;
  /** Makes the message; the id goes into it so that the recipient can confirm. Plain JSON. */
  readonly message: (deliveryId: string) => unknown;
}

/** Where a delivery comes from. */
export interface DeliverySource {
  readonly entityId: string;
  readonly persistenceId: string;
  /** Of the event. */
  readonly sequenceNr: number;
}

/** What an entity delivers, and how often it tries. */
export interface DeliveryOptions<E, Scope> {
  /** The deliveries that an event begins. Pure: it is called again on replay. */
  readonly begins: (event: E, from: DeliverySource) => readonly Delivery[];
  /** The ids of the deliveries that an event confirms; ids that are not known any more are ignored. Pure. */
  readonly confirms: (event: E) => readonly string[];
  /** The actor behind a name; undefined while there is none. */
  readonly destination: (to: string, system: Scope) => AnyActorRef | undefined;
  /** The pause between two attempts, in milliseconds; it may be a tenth longer. Default 5,000. */
  readonly redeliverAfterMs?: number;
  /**
   * How many messages are sent again at a time, those first whose last attempt is the longest ago; the others wait for another
   * `redeliverAfterMs`. Default 10,000.
   */
  readonly redeliveryBurstMax?: number;
  /** When so many attempts have met no confirmation, the signal `DeliveriesUnconfirmed` lists what is unconfirmed. Default 5. */
  readonly warnAfterAttempts?: number;
  /** A command whose events would lead to more unconfirmed deliveries is refused with PersistRejectedError. Default 100,000. */
  readonly unconfirmedMax?: number;
}

/** A delivery that waits for its confirmation. */
export interface UnconfirmedDelivery {
  readonly deliveryId: string;
  readonly to: string;
  readonly message: unknown;
  readonly attempts: number;
}

interface Pending {
  readonly deliveryId: string;
  readonly to: string;
  readonly message: unknown;
  readonly metadata: Metadata;
  attempts: number;
  lastSentAt: number;
}

/** What the events of one effect change; nothing has happened yet. */
export interface DeliveryChange {
  readonly begun: readonly Pending[];
  readonly confirmed: readonly string[];
}

/** The part of deliveries that decides and changes, without sending anything. */
export interface DecidedDeliveries<E> {
  /**
   * What the events of one effect change; the first has `sequenceNr`, and all have the same metadata.
   *
   * @throws PersistRejectedError when too many would be unconfirmed, SerializationError when a message is no JSON
   */
  decide(events: readonly E[], sequenceNr: number, metadata: Metadata): DeliveryChange;
  /** The events are part of the state now. */
  apply(change: DeliveryChange): void;
  /** The member of a snapshot's metadata that holds what is unconfirmed; undefined when there is nothing. */
  toMember(): string | undefined;
}

/** What deliveries need from their entity. */
export interface DeliveryPort<Scope> {
  readonly entityId: string;
  readonly persistenceId: string;
  readonly clock: Clock;
  readonly scope: Scope;
  /** There is no actor behind a name, or finding it threw; the delivery is tried again later. */
  undeliverable(to: string, error: unknown): void;
  /** Attempts have become too many. */
  warn(unconfirmed: readonly UnconfirmedDelivery[]): void;
}

const defaults = { redeliverAfterMs: 5_000, redeliveryBurstMax: 10_000, warnAfterAttempts: 5, unconfirmedMax: 100_000 };

/** So many times at most in `redeliverAfterMs` is looked for what is due: one by one, many would cost too many turns. */
const roundsMax = 10;

/** The deliveries of one incarnation. */
export class Deliveries<E, Scope> implements DecidedDeliveries<E> {
  readonly #options: DeliveryOptions<E, Scope>;
  readonly #limits: typeof defaults;
  readonly #port: DeliveryPort<Scope>;
  /** Everything unconfirmed, in the order in which it was begun. */
  readonly #pending = new Map<string, Pending>();
  /** What of it may be sent again, the longest ago first; what is not durable yet is not among it. */
  readonly #sent = new Set<Pending>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: DeliveryOptions<E, Scope>, port: DeliveryPort<Scope>) {
    this.#options = options;
    this.#limits = {
      redeliverAfterMs: options.redeliverAfterMs ?? defaults.redeliverAfterMs,
      redeliveryBurstMax: options.redeliveryBurstMax ?? defaults.redeliveryBurstMax,
      warnAfterAttempts: options.warnAfterAttempts ?? defaults.warnAfterAttempts,
      unconfirmedMax: options.unconfirmedMax ?? defaults.unconfirmedMax,
    };
    this.#port = port;
  }

  get idle(): boolean {
    return this.#pending.size === 0;
  }

  decide(events: readonly E[], sequenceNr: number, metadata: Metadata): DeliveryChange {
    const change = this.#changeOf(events, metadata, (index) => sequenceNr + index);
    // What only confirms is always welcome, even where the limit has been lowered since.
    if (change.begun.length > 0 && this.#sizeAfter(change) > this.#limits.unconfirmedMax) {
      const tooMany = new RangeError(`more than ${this.#limits.unconfirmedMax} deliveries would be unconfirmed`);
      throw new PersistRejectedError(this.#port.persistenceId, tooMany);
    }
    return change;
  }

  apply({ begun, confirmed }: DeliveryChange): void {
    for (const pending of begun) this.#pending.set(pending.deliveryId, pending);
    for (const deliveryId of confirmed) {
      const pending = this.#pending.get(deliveryId);
      if (!pending) continue;
      this.#pending.delete(deliveryId);
      this.#sent.delete(pending);
    }
  }

  /** What one stored event stands for: it is part of the state whatever the limit, and nothing is sent before {@link resume}. */
  replay(events: readonly E[], sequenceNr: number, metadata: Metadata): void {
    this.apply(this.#changeOf(events, metadata, () => sequenceNr));
  }

  /** The events are durable: their deliveries are sent for the first time, unless they are confirmed already. */
  begin({ begun }: DeliveryChange): void {
    for (const pending of begun) if (this.#pending.has(pending.deliveryId)) this.#send(pending);
    this.#arm();
  }

  /** Recovery is over: everything unconfirmed is sent again, in its first order. */
  resume(): void {
    for (const pending of this.#pending.values()) this.#sent.add(pending);
    this.#redeliver();
  }

  toMember(): string | undefined {
    if (this.#pending.size === 0) return undefined;
    const rows = [...this.#pending.values()];
    const deliveries = rows.map(({ deliveryId, to, message, metadata }) => [deliveryId, to, message, metadata]);
    return `"deliveries":${encodeJson(deliveries, "unconfirmed deliveries", this.#port.persistenceId)}`;
  }

  /** Takes back what {@link toMember} gave, and forgets what was replayed before. */
  fromMetadata({ deliveries }: Metadata): void {
    this.#pending.clear();
    if (!Array.isArray(deliveries)) return;
    for (const [deliveryId, to, message, metadata = noMetadata] of deliveries) {
      this.#pending.set(deliveryId, unsent(deliveryId, to, message, metadata));
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #changeOf(events: readonly E[], metadata: Metadata, sequenceNrOf: (index: number) => number): DeliveryChange {
    const begun: Pending[] = [];
    const confirmed: string[] = [];
    const { entityId, persistenceId } = this.#port;
    // Events that one stored event was split into share its number, and count their deliveries on.
    let place = { sequenceNr: 0, deliveries: 0 };
    for (const [index, event] of events.entries()) {
      const from = { entityId, persistenceId, sequenceNr: sequenceNrOf(index) };
      if (from.sequenceNr !== place.sequenceNr) place = { sequenceNr: from.sequenceNr, deliveries: 0 };
      const begins = assertList<Delivery>(this.#options.begins(event, from), "begins");
      for (const { to, message } of begins) {
        if (typeof to !== "string")
          throw new TypeError(`deliveries.begins gave no name to deliver to, but ${typeof to}`);
        const deliveryId = `${from.sequenceNr}-${++place.deliveries}`;
        // A copy as it comes back from a snapshot, so that no attempt can differ from another.
        const text = encodeJson(message(deliveryId), `delivery to ${to}`, persistenceId);
        begun.push(unsent(deliveryId, to, JSON.parse(text), causedByEvent({ ...from, metadata })));
      }
      confirmed.push(...assertList<string>(this.#options.confirms(event), "confirms"));
    }
    return { begun, confirmed };
  }

  #sizeAfter({ begun, confirmed }: DeliveryChange): number {
    const ids = new Set(begun.map(({ deliveryId }) => deliveryId));
    const leaving = [...new Set(confirmed)].filter((id) => this.#pending.has(id) || ids.has(id));
    return this.#pending.size + begun.length - leaving.length;
  }

  #redeliver(): void {
    if (this.#closed) return;
    const due = this.#due();
    if (due.some(({ attempts }) => attempts === this.#limits.warnAfterAttempts)) this.#warn();
    for (const pending of due) this.#send(pending);
    this.#arm();
  }

  /** What this round sends again. */
  #due(): readonly Pending[] {
    const sentBefore = this.#port.clock.monotonic() - this.#limits.redeliverAfterMs;
    const due: Pending[] = [];
    for (const pending of this.#sent) {
      if (pending.lastSentAt > sentBefore || due.length === this.#limits.redeliveryBurstMax) break;
      due.push(pending);
    }
    return due;
  }

  #send(pending: Pending): void {
    pending.attempts++;
    pending.lastSentAt = this.#port.clock.monotonic();
    this.#sent.delete(pending);
    this.#sent.add(pending);
    try {
      const recipient = this.#options.destination(pending.to, this.#port.scope);
      if (!recipient) throw new Error("there is no such actor");
      // A copy, because the recipient may change what it is given.
      if (!recipientOf(recipient).deliver(structuredClone(pending.message), { metadata: pending.metadata }))
        throw new Error("it has stopped");
    } catch (error) {
      this.#port.undeliverable(pending.to, error);
    }
  }

  #warn(): void {
    const sent = [...this.#pending.values()].filter((pending) => this.#sent.has(pending));
    this.#port.warn(sent.map(({ lastSentAt: _, metadata: __, ...unconfirmed }) => unconfirmed));
  }

  #arm(): void {
    const [oldest] = this.#sent;
    if (this.#closed || this.#timer || !oldest) return;
    const { redeliverAfterMs } = this.#limits;
    const dueInMs = oldest.lastSentAt + redeliverAfterMs - this.#port.clock.monotonic();
    // What is due already is what the last round has left over.
    const delayMs = dueInMs <= 0 ? redeliverAfterMs : Math.max(dueInMs, redeliverAfterMs / roundsMax);
    this.#timer = this.#port.clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#redeliver();
    });
    // An entity that waits for a confirmation does not keep the process from ending; what is unconfirmed is stored.
    this.#timer.keepAlive(false);
  }
}

function unsent(deliveryId: string, to: string, message: unknown, metadata: Metadata): Pending {
  return { deliveryId, to, message, metadata, attempts: 0, lastSentAt: Number.NEGATIVE_INFINITY };
}

function assertList<T>(list: readonly T[], of: string): readonly T[] {
  if (Array.isArray(list)) return list;
  throw new TypeError(`deliveries.${of} must return a list`);
}
