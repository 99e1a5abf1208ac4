/** Cuts the first events off the text of a frame. Text to text: parsing and writing again would lose -0. */
import type { Frame } from "./frame.ts";
import { checksumBytes } from "./record.ts";

const quotationMark = 34;
const backslash = 92;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;
const comma = 44;

/** Elements of a frame before its first event. */
const headerLength = 3;

/** The text of the frame without its first `count` events; `value` is its stored value. */
export function trimFrame(frame: Frame, value: Buffer, count: number): string {
  const text = value.toString("utf8", checksumBytes);
  const afterOrdinal = elementEnd(text, 1);
  const beforeEvents = elementEnd(text, headerLength);
  const beforeKept = elementEnd(text, headerLength + count);
  return `[${frame.ordinal + count}${text.slice(afterOrdinal, beforeEvents)}${text.slice(beforeKept)}`;
}

/** Where the `number`th element of a JSON array ends: the index of the comma after it. */
function elementEnd(text: string, number: number): number {
  let depth = 0;
  let commas = 0;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case quotationMark:
        index = stringEnd(text, index);
        break;
      case openBracket:
      case openBrace:
        depth++;
        break;
      case closeBracket:
      case closeBrace:
        depth--;
        break;
      case comma:
        if (depth === 1 && ++commas === number) return index;
        break;
      default:
    }
  }
  throw new RangeError(`The frame has fewer than ${number + 1} elements`);
}

/** The index of the quotation mark that ends the string which begins at `start`. */
function stringEnd(text: string, start: number): number {
  let index = start + 1;
  while (text.charCodeAt(index) !== quotationMark) index += text.charCodeAt(index) === backslash ? 2 : 1;
  return index;
}
