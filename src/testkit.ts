/** The door to the test kit: usable from any test runner. */
export type { FaultyStorage } from "./testkit/faulty-storage.ts";
export { faultyStorage } from "./testkit/faulty-storage.ts";
export type { Given, GivenState, Outcome } from "./testkit/given.ts";
export { given } from "./testkit/given.ts";
export type { StorageOperation } from "./testkit/intercept-store.ts";
export { ManualClock } from "./testkit/manual-clock.ts";
export type { SteppingStorage, WaitingOperation } from "./testkit/stepping-storage.ts";
export { steppingStorage } from "./testkit/stepping-storage.ts";
export { TestProbe } from "./testkit/test-probe.ts";
export { upcast } from "./testkit/upcast.ts";
