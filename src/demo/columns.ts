/** Text in columns of a terminal, where Korean, Chinese and Japanese letters are two columns wide. */

/** No line of the demo is wider. */
export const screenColumns = 80;

// Unicode's East Asian Width W and F (UAX #11), by block.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
// Marks that stand on the letter before, and the vowels and finals of a syllable that is spelled out.
const noWidth = /[\p{Mn}\p{Me}\u1160-\u11ff]/u;
// A script must not be able to steer the terminal.
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** How many columns a printable text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += widthOf(letter);
  return columns;
}

/** The text, made printable, and cut to so many columns when it is longer. */
export function clip(text: string, columns: number): string {
  const printable = text.replace(unprintable, "\u00b7");
  if (columnsOf(printable) <= columns) return printable;
  let kept = "";
  let used = 1;
  for (const letter of printable) {
    used += widthOf(letter);
    if (used > columns) break;
    kept += letter;
  }
  return `${kept}…`;
}

/** Exactly so many columns, with the text at the left. */
export function left(text: string, columns: number): string {
  const fitted = clip(text, columns);
  return fitted + " ".repeat(columns - columnsOf(fitted));
}

/** Exactly so many columns, with the text at the right. */
export function right(text: string, columns: number): string {
  const fitted = clip(text, columns);
  return " ".repeat(columns - columnsOf(fitted)) + fitted;
}

/** The text, made printable, in lines of at most so many columns, broken between words where that can be. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || columnsOf(longer) <= columns) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = word;
  }
  return [...lines, line].map((each) => clip(each, columns));
}

function widthOf(letter: string): number {
  if (wide.test(letter)) return 2;
  return noWidth.test(letter) ? 0 : 1;
}
