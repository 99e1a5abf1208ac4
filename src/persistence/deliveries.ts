/**
 * At-least-once delivery to other actors: what an event obliges an entity to deliver is sent when the event is durable, and
 * again until another event confirms it. Restarts and snapshots keep it; whoever receives must expect repetitions.
 */
import type { AnyActorRef } from "../actor/actor-ref.ts";
import { recipientOf } from "../actor/recipient.ts";
import type { Clock, Timer } from "../clock.ts";
import { encodeJson } from "../codec/encode-json.ts";
import type { Metadata } from "../storage/stored-event.ts";

/** One message that must arrive. */
export interface Delivery {
  /** The name of the recipient, stored in snapshots; `destination` of {@link DeliveryOptions} finds the actor. */
  readonly to: string;
  /** Makes the message; the id goes into it so that the recipient can confirm. Plain JSON. */
  readonly message: (deliveryId: string) => unknown;
}

/** What an entity delivers, and how often it tries. */
export interface DeliveryOptions<E, Scope> {
  /** The deliveries that an event begins. Pure: it is called again on replay. */
  readonly begins: (event: E) => readonly Delivery[];
  /** The ids of the deliveries that an event confirms; ids that are not known any more are ignored. Pure. */
  readonly confirms: (event: E) => readonly string[];
  /** The actor behind a name; undefined while there is none. */
  readonly destination: (to: string, system: Scope) => AnyActorRef | undefined;
  /** The pause between two attempts, in milliseconds. Default 5,000. */
  readonly redeliverAfterMs?: number;
  /** How many messages are sent again at a time; the others wait for the next round. Default 10,000. */
  readonly redeliveryBurstMax?: number;
  /** After so many attempts the signal `DeliveriesUnconfirmed` lists what is still unconfirmed. Default 5. */
  readonly warnAfterAttempts?: number;
  /** An event that would lead to more unconfirmed deliveries is refused. Default 100,000. */
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
  attempts: number;
  /** Undefined before the event is durable. */
  lastSentAt: number | undefined;
}

/** What the events of one effect change; nothing has happened yet. */
export interface DeliveryChange {
  readonly begun: readonly Pending[];
  readonly confirmed: readonly string[];
}

/** The part of deliveries that decides and changes, without sending anything. */
export interface DecidedDeliveries<E> {
  /** What an event changes. @throws RangeError when too many would be unconfirmed, SerializationError when a message is no JSON */
  decide(event: E, sequenceNr: number): DeliveryChange;
  /** The event is part of the state now. */
  apply(change: DeliveryChange): void;
  /** What a snapshot must hold besides the state; undefined when there is nothing. */
  toMetadata(): string | undefined;
}

/** What deliveries need from their entity. */
export interface DeliveryPort<Scope> {
  readonly clock: Clock;
  readonly scope: Scope;
  /** There is no actor behind a name, or finding it threw; the delivery is tried again later. */
  undeliverable(to: string, error: unknown): void;
  /** Attempts have become too many. */
  warn(unconfirmed: readonly UnconfirmedDelivery[]): void;
}

const defaults = { redeliverAfterMs: 5_000, redeliveryBurstMax: 10_000, warnAfterAttempts: 5, unconfirmedMax: 100_000 };

/** The deliveries of one incarnation. */
export class Deliveries<E, Scope> implements DecidedDeliveries<E> {
  readonly #options: DeliveryOptions<E, Scope>;
  readonly #limits: typeof defaults;
  readonly #port: DeliveryPort<Scope>;
  readonly #pending = new Map<string, Pending>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: DeliveryOptions<E, Scope>, port: DeliveryPort<Scope>) {
    this.#options = options;
    this.#limits = { ...defaults, ...options };
    this.#port = port;
  }

  get idle(): boolean {
    return this.#pending.size === 0;
  }

  decide(event: E, sequenceNr: number): DeliveryChange {
    const begun = this.#options.begins(event).map(({ to, message }, index) => {
      const deliveryId = `${sequenceNr}-${index + 1}`;
      return { deliveryId, to, message: asStored(message(deliveryId)), attempts: 0, lastSentAt: undefined };
    });
    if (this.#pending.size + begun.length > this.#limits.unconfirmedMax) {
      throw new RangeError(`more than ${this.#limits.unconfirmedMax} deliveries would be unconfirmed`);
    }
    return { begun, confirmed: this.#options.confirms(event) };
  }

  apply({ begun, confirmed }: DeliveryChange): void {
    for (const pending of begun) this.#pending.set(pending.deliveryId, pending);
    for (const deliveryId of confirmed) this.#pending.delete(deliveryId);
  }

  /** The event is durable: its deliveries are sent for the first time, unless they are confirmed already. */
  begin({ begun }: DeliveryChange): void {
    for (const pending of begun) if (this.#pending.has(pending.deliveryId)) this.#send(pending);
    this.#arm();
  }

  /** Recovery is over: everything unconfirmed is sent again, in its first order. */
  resume(): void {
    for (const pending of this.#pending.values()) pending.lastSentAt = Number.NEGATIVE_INFINITY;
    this.#redeliver();
  }

  toMetadata(): string | undefined {
    if (this.#pending.size === 0) return undefined;
    const deliveries = [...this.#pending.values()].map(({ deliveryId, to, message }) => [deliveryId, to, message]);
    return encodeJson({ deliveries }, "unconfirmed deliveries");
  }

  /** Takes back what {@link toMetadata} gave. */
  fromMetadata({ deliveries }: Metadata): void {
    this.#pending.clear();
    if (!Array.isArray(deliveries)) return;
    for (const [deliveryId, to, message] of deliveries) {
      this.#pending.set(deliveryId, { deliveryId, to, message, attempts: 0, lastSentAt: undefined });
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #redeliver(): void {
    const now = this.#port.clock.monotonic();
    let left = this.#limits.redeliveryBurstMax;
    let warn = false;
    for (const pending of [...this.#pending.values()]) {
      const { lastSentAt } = pending;
      if (lastSentAt === undefined || lastSentAt + this.#limits.redeliverAfterMs > now) continue;
      if (left-- === 0) break;
      this.#send(pending);
      if (pending.attempts === this.#limits.warnAfterAttempts) warn = true;
    }
    if (warn) this.#port.warn(this.#unconfirmed());
    this.#arm();
  }

  #send(pending: Pending): void {
    pending.attempts++;
    pending.lastSentAt = this.#port.clock.monotonic();
    try {
      const recipient = this.#options.destination(pending.to, this.#port.scope);
      if (!recipient) throw new Error("there is no such actor");
      recipientOf(recipient).deliver(pending.message);
    } catch (error) {
      this.#port.undeliverable(pending.to, error);
    }
  }

  #unconfirmed(): readonly UnconfirmedDelivery[] {
    return [...this.#pending.values()].map(({ lastSentAt: _, ...unconfirmed }) => unconfirmed);
  }

  #arm(): void {
    if (this.#closed || this.#timer || this.#pending.size === 0) return;
    this.#timer = this.#port.clock.setTimer(this.#limits.redeliverAfterMs, () => {
      this.#timer = undefined;
      this.#redeliver();
    });
    // An entity that waits for a confirmation does not keep the process from ending; what is unconfirmed is stored.
    this.#timer.keepAlive(false);
  }
}

/** A copy as it comes back from a snapshot, so that no attempt can differ from another. */
function asStored(message: unknown): unknown {
  return JSON.parse(encodeJson(message, "delivery"));
}
