/** An Observable whose direct subscribers cannot bring the process down by throwing. */
import { Observable, type Observer, type Subscription } from "rxjs";
import type { Logger } from "../actor/logger.ts";

type Next<T> = (value: T) => void;

/**
 * rxjs rethrows what a subscriber throws as an uncaught exception. Here it is logged, and the subscriber gets the next value.
 * Behind operators the rules of rxjs hold: handle errors there, or set `config.onUnhandledError`.
 */
export class GuardedObservable<T> extends Observable<T> {
  readonly #log: Logger;

  constructor(source: Observable<T>, log: Logger) {
    super((subscriber) => source.subscribe(subscriber));
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
    if (typeof observer === "function") return super.subscribe(this.#guard(observer), error, complete);
    // An operator subscribes with a Subscriber of its own, which has its own way with errors.
    if (!observer?.next || "closed" in observer) return super.subscribe(observer ?? {});
    return super.subscribe({ ...bind(observer), next: this.#guard((value) => observer.next?.(value)) });
  }

  #guard(next: Next<T>): Next<T> {
    return (value) => {
      try {
        next(value);
      } catch (thrown) {
        this.#log.error("A subscriber of the event stream threw", thrown);
      }
    };
  }
}

function bind<T>(observer: Partial<Observer<T>>): Partial<Observer<T>> {
  return {
    ...(observer.error && { error: (error: unknown) => observer.error?.(error) }),
    ...(observer.complete && { complete: () => observer.complete?.() }),
  };
}
