/** What a promise was rejected with; a promise that is fulfilled fails the test. */
import { expect } from "chai";

export async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    (value) => expect.fail(`it was fulfilled with ${String(value)}`),
    (error: Error) => error,
  );
}
