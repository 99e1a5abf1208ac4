/** The heads of streams in memory: loaded when they are first needed, forgotten when there are too many. */
import { type HeadRecord, StreamHead } from "../records/stream-head.ts";

/** Someone who waits for a head. */
interface Waiter {
  readonly run: (head: StreamHead) => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps heads that somebody holds on to, and a bounded number of others. */
export class StreamHeads {
  readonly #read: (persistenceId: string) => Promise<HeadRecord>;
  readonly #cachedMax: number;
  readonly #known = new Map<string, StreamHead>();
  readonly #loading = new Map<string, Waiter[]>();

  constructor(read: (persistenceId: string) => Promise<HeadRecord>, cachedMax: number) {
    this.#read = read;
    this.#cachedMax = cachedMax;
  }

  get size(): number {
    return this.#known.size;
  }

  /** The head, if it is in memory. Not to be kept over an await. */
  get(persistenceId: string): StreamHead | undefined {
    const head = this.#known.get(persistenceId);
    if (head) head.used = true;
    return head;
  }

  /** Whether tasks wait for this head. */
  isLoading(persistenceId: string): boolean {
    return this.#loading.has(persistenceId);
  }

  /** Calls `run` with the head, in the order of the calls: nobody who finds the head in memory overtakes those who waited for it. */
  whenKnown(persistenceId: string, run: (head: StreamHead) => void, reject: (error: unknown) => void): void {
    const known = this.get(persistenceId);
    if (known) run(known);
    else this.#wait(persistenceId, { run, reject });
  }

  /** The result of `task` with the head, which the task must not keep over an await. */
  with<T>(persistenceId: string, task: (head: StreamHead) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.whenKnown(persistenceId, (head) => resolve(task(head)), reject);
    });
  }

  /** After a failed write: what the streams end with is on the disk, and nowhere else. */
  forgetAll(): void {
    this.#known.clear();
  }

  #wait(persistenceId: string, waiter: Waiter): void {
    const waiters = this.#loading.get(persistenceId);
    if (waiters) {
      waiters.push(waiter);
      return;
    }
    this.#loading.set(persistenceId, [waiter]);
    this.#read(persistenceId).then(
      (stored) => this.#loaded(persistenceId, stored),
      (error: unknown) => {
        for (const { reject } of this.#arrived(persistenceId)) reject(error);
      },
    );
  }

  #loaded(persistenceId: string, stored: HeadRecord): void {
    const head = new StreamHead(persistenceId, stored);
    this.#makeRoom();
    this.#known.set(persistenceId, head);
    for (const { run } of this.#arrived(persistenceId)) run(head);
  }

  #arrived(persistenceId: string): Waiter[] {
    const waiters = this.#loading.get(persistenceId) ?? [];
    this.#loading.delete(persistenceId);
    return waiters;
  }

  #makeRoom(): void {
    // Every head gets a second chance, so after two rounds those that are left are held.
    let attempts = this.#known.size * 2;
    for (const [persistenceId, head] of this.#known) {
      if (this.#known.size < this.#cachedMax || attempts-- === 0) return;
      this.#known.delete(persistenceId);
      if (head.holds === 0 && !head.used) continue;
      head.used = false;
      this.#known.set(persistenceId, head);
    }
  }
}
