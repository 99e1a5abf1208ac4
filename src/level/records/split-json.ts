/** Splits the text of a JSON array or object into the texts of its elements or members. Text to text: parsing and writing again would lose -0. */

const quotationMark = 34;
const backslash = 92;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;
const comma = 44;

/** `text` must be valid, and not be empty between its brackets. */
export function splitJson(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 1;
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
        if (depth !== 1) break;
        parts.push(text.slice(start, index));
        start = index + 1;
        break;
      default:
    }
  }
  parts.push(text.slice(start, -1));
  return parts;
}

/** The index of the quotation mark that ends the string which begins at `start`. */
function stringEnd(text: string, start: number): number {
  let index = start + 1;
  while (text.charCodeAt(index) !== quotationMark) index += text.charCodeAt(index) === backslash ? 2 : 1;
  return index;
}
