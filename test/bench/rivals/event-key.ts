/** Keys of events in a plain LevelDB store: the stream, then the number. */

const digits = 16;

export function eventKey(stream: string, n: number): string {
  return `${stream}!${String(n).padStart(digits, "0")}`;
}

/** The range of all events of a stream. */
export function eventKeysOf(stream: string): { gte: string; lt: string } {
  return { gte: `${stream}!`, lt: `${stream}"` };
}
