/** The belongings of an actor as a part of its context, from which users take functions out. */
import type { Belongings, OwnBelongings } from "./belongings.ts";
import type { Timers } from "./timers.ts";

/** Whose belongings they are; it may make them when they are first asked for. */
export interface BelongingsOwner<M> {
  readonly belongings: Belongings<M>;
}

/** Getters, because there is a context for each actor, and most are never asked for any of these. */
export abstract class OwnContext<M> implements OwnBelongings<M> {
  readonly #owner: BelongingsOwner<M>;

  constructor(owner: BelongingsOwner<M>) {
    this.#owner = owner;
  }

  get timers(): Timers<M> {
    return this.#owner.belongings.timers;
  }

  get watch(): OwnBelongings<M>["watch"] {
    return (ref, message) => this.#owner.belongings.watch(ref, message);
  }

  get unwatch(): OwnBelongings<M>["unwatch"] {
    return (ref) => this.#owner.belongings.unwatch(ref);
  }

  get setReceiveTimeout(): OwnBelongings<M>["setReceiveTimeout"] {
    return (afterMs, message) => this.#owner.belongings.setReceiveTimeout(afterMs, message);
  }

  get cancelReceiveTimeout(): OwnBelongings<M>["cancelReceiveTimeout"] {
    return () => this.#owner.belongings.cancelReceiveTimeout();
  }
}
