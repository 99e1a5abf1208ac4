/** What becomes of an event whose handler fails. */
import { failureDefaults } from "./projection-limits.ts";

/** How a definition differs from the defaults. */
export interface FailureOptions {
  /** How often the handler is tried again. Default 5. */
  readonly retries?: number;
  /** The first pause, in milliseconds; each is twice as long as the one before. Default 100. */
  readonly minBackoffMs?: number;
  /** The longest pause, in milliseconds. Default 10,000. */
  readonly maxBackoffMs?: number;
  /** After the last attempt: `"stop"` the projection at this event, or `"skip"` the event and tell. Default `"stop"`. */
  readonly action?: "stop" | "skip";
}

/** The options with their defaults filled in. */
export type FailurePolicy = Required<FailureOptions>;

/** @throws TypeError when an option is of the wrong kind */
export function failurePolicy(options: FailureOptions | undefined, of: string): FailurePolicy {
  const policy = { ...failureDefaults, ...options };
  if (!Number.isSafeInteger(policy.retries) || policy.retries < 0)
    throw new TypeError(`onFailure.retries ${of} must be a whole number from 0, not ${String(policy.retries)}`);
  for (const name of ["minBackoffMs", "maxBackoffMs"] as const) {
    if (!(typeof policy[name] === "number" && policy[name] > 0))
      throw new TypeError(`onFailure.${name} ${of} must be a number above 0, not ${String(policy[name])}`);
  }
  if (policy.action !== "stop" && policy.action !== "skip")
    throw new TypeError(`onFailure.action ${of} must be "stop" or "skip", not ${String(policy.action)}`);
  return policy;
}
