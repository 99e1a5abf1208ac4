/** What an event is called in the journal, and the version that it begins with. */

/** The version of an event whose type declares none. */
export const firstVersion = 1;

/** The stable name of an event's type: its `type`, or what JavaScript calls a value without one. */
export function eventType(event: unknown): string {
  if (typeof event === "object" && event !== null && "type" in event && typeof event.type === "string")
    return event.type;
  return Array.isArray(event) ? "array" : typeof event;
}
