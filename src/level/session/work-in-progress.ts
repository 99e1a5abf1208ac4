/** The calls that are under way, so that closing can wait for them. */
import type { StoreHealth } from "./store-health.ts";

/** Refuses calls to a closed store, and remembers the others until they are over. */
export class WorkInProgress {
  readonly #health: StoreHealth;
  readonly #calls = new Set<Promise<unknown>>();

  constructor(health: StoreHealth) {
    this.#health = health;
  }

  /** Like {@link run}, for calls that write: they are refused after a failed write, too. */
  write<T>(doing: string, call: () => Promise<T>): Promise<T> {
    const refusal = this.#health.refusal(doing) ?? this.#health.failure;
    return refusal ? Promise.reject(refusal) : this.run(doing, call);
  }

  /** @param doing what the call does, for errors: `"deleting events"` */
  run<T>(doing: string, call: () => Promise<T>): Promise<T> {
    const refusal = this.#health.refusal(doing);
    if (refusal) return Promise.reject(refusal);
    const result = call().catch((error: unknown) => {
      throw this.#health.typed(doing, error);
    });
    this.track(result);
    return result;
  }

  /** Remembers a call that handles its errors itself. */
  track(call: Promise<unknown>): void {
    this.#calls.add(call);
    const leave = (): void => {
      this.#calls.delete(call);
    };
    call.then(leave, leave);
  }

  /** Resolves when all calls are over; never rejects. */
  async whenIdle(): Promise<void> {
    while (this.#calls.size > 0) await Promise.allSettled(this.#calls);
  }
}
