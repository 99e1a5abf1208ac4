/** Every limit of projections, and every default, in one place. */

/** So many events go into one transaction at the most; those that one stored event was split into stay together. */
export const transactionEventsMax = 5_000;

/** A transaction takes no further event after this time, in milliseconds. */
export const transactionMsMax = 100;

/** After so many events an at-least-once projection stores its place; a crash repeats no more. */
export const effectEventsMax = 100;

/** So many events that were read may wait for their slice; beyond it reading waits. */
export const queuedEventsMax = 10_000;

/** So many events are read in one step of a catch-up. */
export const readEventsMax = 1_000;

/** A place that moved only past events that do not concern the projection is stored after so many of them. */
export const idleOffsetsMax = 10_000;

/** So many slices one projection may have. */
export const slicesMax = 256;

/** The pauses after a failure of the store, in milliseconds: the first, and the longest. */
export const storeBackoffMs: { readonly min: number; readonly max: number } = { min: 50, max: 10_000 };

/** How long `waitFor` waits unless it is told otherwise, in milliseconds. */
export const waitTimeoutMsDefault = 5_000;

/** What becomes of an event whose handler fails, unless the definition says otherwise. */
export const failureDefaults: {
  readonly retries: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  readonly action: "stop" | "skip";
} = { retries: 5, minBackoffMs: 100, maxBackoffMs: 10_000, action: "stop" };
