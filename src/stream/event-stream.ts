/** The bus of one process: durable events, what users publish, and what the system tells about itself. */
import type { Observable } from "rxjs/internal/Observable";
import type { AnyActorRef } from "../actor/actor-ref.ts";
import type { Logger } from "../actor/logger.ts";
import type { NactRef } from "../actor/nact-actor.ts";
import { type ActorRefLike, recipientOf } from "../actor/recipient.ts";
import type { SystemEvent, SystemEventSink } from "../actor/system-event.ts";
import type { EntityHost } from "../persistence/entity-host.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { EventSourcedDefinition } from "../persistence/event-sourced.ts";
import { guardedObservable } from "./guarded-observable.ts";

/** What travels on the stream. */
export type StreamEvent = EventEnvelope | SystemEvent;

/** Which events a subscriber wants: those of a type, of several types, or those for which a function says so. */
export type EventFilter = string | readonly string[] | ((event: EventEnvelope) => boolean);

/** Ends a subscription; a second call does nothing. */
export type Unsubscribe = () => void;

interface Subscription {
  readonly wants: (event: object, bySystem: boolean) => boolean;
  /** Returns false once there is nobody to deliver to. */
  readonly deliver: (event: object) => boolean;
  /** The stream has ended. */
  readonly complete?: () => void;
}

/** The event stream of an actor system. */
export class EventStream implements SystemEventSink {
  readonly #log: Logger;
  #subscriptions: readonly Subscription[] = [];
  #completed = false;
  /** What was told of messages that were not delivered or not handled. */
  readonly #undelivered = new WeakSet<object>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Whether anybody listens. */
  get active(): boolean {
    return this.#subscriptions.length > 0;
  }

  /**
   * Sends events to an actor of ours or of nact, from the moment this returns until the actor stops or the result is called.
   * Every call makes a subscription of its own.
   *
   * @param filter a type, a list of types, or a predicate. Without it the actor gets every persisted and published event, but
   * no system events; those it gets by naming them, or through a predicate
   * @throws TypeError when `ref` or `filter` is of the wrong kind
   */
  subscribe(ref: AnyActorRef | NactRef<never>, filter?: EventFilter): Unsubscribe {
    const recipient: ActorRefLike = recipientOf(ref);
    const subscription: Subscription = { wants: this.#wantedBy(filter), deliver: recipient.deliver };
    const drop = (): void => this.#drop(subscription);
    this.#add(subscription);
    const stopWatching = recipient.onEnded(drop);
    return () => {
      drop();
      stopWatching();
    };
  }

  /** Publishes an event of the user's own; it is not stored. @throws TypeError when it is no object */
  publish(event: object): void {
    if (typeof event !== "object" || event === null) throw new TypeError("publish takes an object");
    this.#deliver(event, false);
  }

  /** Everything: persisted and published events, and system events. Completes when the system has terminated. */
  asObservable(): Observable<StreamEvent> {
    return this.#observable(() => true);
  }

  /** The persisted events of one entity type. Completes when the system has terminated. */
  of<C, E, S>(definition: EventSourcedDefinition<C, E, S>): Observable<EventEnvelope<E>> {
    const { entityType } = definition;
    return this.#observable((event) => "entityType" in event && event.entityType === entityType);
  }

  publishSystemEvent(event: SystemEvent): void {
    if ("message" in event) {
      // That a subscriber could not take such news is no news: it would come back to the same subscriber, for ever.
      if (this.#undelivered.has(event.message as object)) return;
      this.#undelivered.add(event);
    }
    this.#deliver(event, true);
  }

  publishEvent: EntityHost["events"]["publishEvent"] = (envelope) => this.#deliver(envelope, false);

  /** Ends every subscription. */
  complete(): void {
    const ended = this.#subscriptions;
    this.#subscriptions = [];
    this.#completed = true;
    for (const { complete } of ended) complete?.();
  }

  /** @param wants whether an event is a `T` */
  #observable<T>(wants: (event: object) => boolean): Observable<T> {
    return guardedObservable<T>((subscriber) => {
      if (this.#completed) return subscriber.complete();
      const subscription: Subscription = {
        wants,
        deliver(event) {
          subscriber.next(event as T);
          return true;
        },
        complete: () => subscriber.complete(),
      };
      this.#add(subscription);
      return () => this.#drop(subscription);
    }, this.#log);
  }

  #deliver(event: object, bySystem: boolean): void {
    for (const subscription of this.#subscriptions) {
      if (!subscription.wants(event, bySystem)) continue;
      if (!subscription.deliver(event)) this.#drop(subscription);
    }
  }

  #add(subscription: Subscription): void {
    this.#subscriptions = [...this.#subscriptions, subscription];
  }

  #drop(subscription: Subscription): void {
    this.#subscriptions = this.#subscriptions.filter((other) => other !== subscription);
  }

  #wantedBy(filter: EventFilter | undefined): Subscription["wants"] {
    if (filter === undefined) return (_event, bySystem) => !bySystem;
    if (typeof filter === "function") return (event) => this.#test(filter, event);
    const types: unknown = typeof filter === "string" ? [filter] : filter;
    if (!Array.isArray(types) || !types.every((type) => typeof type === "string")) {
      throw new TypeError("a filter is an event type, a list of them, or a predicate");
    }
    const wanted = new Set<unknown>(types);
    return (event) => "type" in event && wanted.has(event.type);
  }

  /** A predicate that throws does not want the event, and hurts nobody else. */
  #test(filter: (event: EventEnvelope) => boolean, event: object): boolean {
    try {
      return filter(event as EventEnvelope);
    } catch (error) {
      this.#log.warn("A filter of an event stream subscription threw; the event is not delivered to it", error);
      return false;
    }
  }
}
