/** Standard output, in colour where somebody looks at it, and indifferent to a reader who leaves early. */

import process from "node:process";
import { styleText } from "node:util";

/** What a piece of text means. */
export type Tone = "title" | "good" | "bad" | "quiet";

const styles = { title: "bold", good: "green", bad: "red", quiet: "dim" } as const;

/** Where the demo writes. */
export class Screen {
  readonly #coloured: boolean;
  #open = true;

  constructor() {
    this.#coloured = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
    // After `| head` has left there is nobody to write to; the run goes on, and what it stores is stored.
    process.stdout.on("error", () => {
      this.#open = false;
    });
    process.stderr.on("error", () => {});
  }

  line(text = "", tone?: Tone): void {
    if (this.#open) process.stdout.write(`${tone ? this.toned(text, tone) : text}\n`);
  }

  error(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  toned(text: string, tone: Tone): string {
    return this.#coloured && text !== "" ? styleText(styles[tone], text) : text;
  }
}
