/** Ways to wait in a test: for what must happen, and long enough for what must not. */
import { expect } from "chai";

const patienceMs = 3_000;

/** A promise together with what settles it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

export function deferred<T = void>(): Deferred<T> {
  let resolve: Deferred<T>["resolve"] = () => {};
  let reject: Deferred<T>["reject"] = () => {};
  const promise = new Promise<T>((onResolved, onRejected) => {
    resolve = onResolved;
    reject = onRejected;
  });
  return { promise, resolve, reject };
}

/** What a promise rejects with; a fulfilled one fails the test. */
export function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => expect.fail(`it was fulfilled with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

/** Resolves as soon as the condition holds. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!holds()) {
    if (performance.now() > until) expect.fail(`not within ${patienceMs} ms: ${what}`);
    await nextTurn();
  }
}

/** Lets everything go on that waits for nothing but its turn. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
