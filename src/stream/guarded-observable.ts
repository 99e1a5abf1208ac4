/** An Observable whose direct subscribers cannot bring the process down by throwing. */
import { createRequire } from "node:module";
import type { Observer, Subscriber, Subscription, TeardownLogic } from "rxjs";
import type { Observable } from "rxjs/internal/Observable";
import type { Logger } from "../actor/logger.ts";

type Next<T> = (value: T) => void;

/** What happens when somebody subscribes; the result, if any, ends that. */
type Produce<T> = (subscriber: Subscriber<T>) => TeardownLogic;

type GuardedObservableClass = new <T>(produce: Produce<T>, log: Logger) => Observable<T>;

const require = createRequire(import.meta.url);
let guardedClass: GuardedObservableClass | undefined;

/**
 * rxjs rethrows what a subscriber throws as an uncaught exception. Here it is logged, and the subscriber gets what comes next.
 * Behind operators the rules of rxjs hold: handle errors there, or set `config.onUnhandledError`.
 */
export function guardedObservable<T>(produce: Produce<T>, log: Logger): Observable<T> {
  guardedClass ??= loadGuardedClass();
  return new guardedClass(produce, log);
}

/** rxjs is loaded with the first Observable, and of it no more than this class: a process that has none starts without it. */
function loadGuardedClass(): GuardedObservableClass {
  const { Observable }: typeof import("rxjs/internal/Observable") = require("rxjs/internal/Observable");
  return class GuardedObservable<T> extends Observable<T> {
    readonly #log: Logger;

    constructor(produce: Produce<T>, log: Logger) {
      super(produce);
      this.#log = log;
    }

    override subscribe(observer?: Partial<Observer<T>> | Next<T>): Subscription;
    override subscribe(
      next?: Next<T> | null,
      error?: ((error: unknown) => void) | null,
      complete?: (() => void) | null,
    ): Subscription;
    override subscribe(
      observer?: Partial<Observer<T>> | Next<T> | null,
      error?: ((error: unknown) => void) | null,
      complete?: (() => void) | null,
    ): Subscription {
      if (typeof observer === "function" || !observer) {
        return super.subscribe(observer && this.#guard(observer), error, complete && this.#guard(complete));
      }
      // An operator subscribes with a Subscriber of its own, which has its own way with errors.
      if ("closed" in observer) return super.subscribe(observer);
      return super.subscribe({
        next: this.#guard((value: T) => observer.next?.(value)),
        complete: this.#guard(() => observer.complete?.()),
        ...(observer.error && { error: (failure: unknown) => observer.error?.(failure) }),
      });
    }

    #guard<Values extends unknown[]>(callback: (...values: Values) => void): (...values: Values) => void {
      return (...values) => {
        try {
          callback(...values);
        } catch (thrown) {
          this.#log.error("A subscriber of the event stream threw", thrown);
        }
      };
    }
  };
}
