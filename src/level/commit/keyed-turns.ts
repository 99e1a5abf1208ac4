/** Lets tasks of one key run one after the other; tasks of different keys do not wait for each other. */

/** Keeps nothing of a key whose tasks are over. */
export class KeyedTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `task` when the earlier ones of this key are over, however they ended. */
  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = before ? before.then(task, task) : task();
    this.#last.set(key, turn);
    const leave = (): void => {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    };
    turn.then(leave, leave);
    return turn;
  }

  /** Resolves when the tasks that the key has now are over; undefined when it has none. */
  whenIdle(key: string): Promise<unknown> | undefined {
    return this.#last.get(key)?.catch(() => undefined);
  }
}
