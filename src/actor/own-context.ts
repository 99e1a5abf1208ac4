/** The belongings of an actor as a part of its context, from which users take functions out. */
import type { Belongings, OwnBelongings } from "./belongings.ts";
import type { Timers } from "./timers.ts";

/** Getters, because there is a context for each actor, and most are never asked for any of these. */
export abstract class OwnContext<M> implements OwnBelongings<M> {
  readonly #belongings: Belongings<M>;

  constructor(belongings: Belongings<M>) {
    this.#belongings = belongings;
  }

  get timers(): Timers<M> {
    return this.#belongings.timers;
  }

  get watch(): OwnBelongings<M>["watch"] {
    return (ref, message) => this.#belongings.watch(ref, message);
  }

  get unwatch(): OwnBelongings<M>["unwatch"] {
    return (ref) => this.#belongings.unwatch(ref);
  }

  get setReceiveTimeout(): OwnBelongings<M>["setReceiveTimeout"] {
    return (afterMs, message) => this.#belongings.setReceiveTimeout(afterMs, message);
  }

  get cancelReceiveTimeout(): OwnBelongings<M>["cancelReceiveTimeout"] {
    return () => this.#belongings.cancelReceiveTimeout();
  }
}
