/** Cuts the first events off the text of a frame. Text to text: parsing and writing again would lose -0. */
import type { Frame } from "./frame.ts";
import { checksumBytes } from "./record.ts";
import { splitJson } from "./split-json.ts";

/** Elements of a frame before its first event. */
const headerLength = 3;

/** The text of the frame without its first `count` events; `value` is its stored value. */
export function trimFrame(frame: Frame, value: Buffer, count: number): string {
  const [, ...elements] = splitJson(value.toString("utf8", checksumBytes));
  const kept = elements.slice(headerLength - 1 + count);
  if (kept.length === 0) throw new RangeError(`The frame has fewer than ${headerLength + count + 1} elements`);
  return `[${[frame.ordinal + count, ...elements.slice(0, headerLength - 1), ...kept].join(",")}]`;
}
