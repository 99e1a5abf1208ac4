/** What an event handler returned, when it can be a state. */
import { eventType } from "../codec/event-type.ts";

/** @throws TypeError when a return was forgotten, or the handler is asynchronous */
export function assertState<S>(next: S, before: S, event: unknown): S {
  if (next === undefined && before !== undefined) {
    throw new TypeError(`it returned undefined for ${eventType(event)}, not a state`);
  }
  if (next instanceof Promise) {
    next.catch(() => {});
    throw new TypeError(`it returned a promise for ${eventType(event)}, not a state`);
  }
  return next;
}
