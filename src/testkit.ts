/** The door to the test kit: usable from any test runner. */
export type { FaultyOperation, FaultyStorage } from "./testkit/faulty-storage.ts";
export { faultyStorage } from "./testkit/faulty-storage.ts";
export type { Given, Outcome } from "./testkit/given.ts";
export { given } from "./testkit/given.ts";
export { ManualClock } from "./testkit/manual-clock.ts";
export { TestProbe } from "./testkit/test-probe.ts";
