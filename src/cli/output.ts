/** Standard output and standard error: lines as fast as they are taken, and a bar while something takes time. */
import process from "node:process";

const barCells = 40;
const percent = 100;

/** A reader that has gone away ends the output, and is no error. */
export class Output {
  #gone = false;
  #percent = -1;

  constructor() {
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      this.#gone = true;
    });
  }

  /** Whether nobody reads what is printed. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Resolves when the next line can be taken. */
  async line(text: string): Promise<void> {
    if (this.#gone || process.stdout.write(`${text}\n`)) return;
    await new Promise<void>((resolve) => {
      process.stdout.once("drain", resolve);
      process.stdout.once("error", () => resolve());
    });
  }

  /** One line on standard error. */
  problem(text: string): void {
    this.endProgress();
    process.stderr.write(`${text}\n`);
  }

  /** A bar on a terminal; nothing elsewhere. */
  progress(doing: string, done: number, total: number): void {
    if (!process.stderr.isTTY) return;
    const share = total > 0 ? Math.min(done / total, 1) : 1;
    const whole = Math.floor(share * percent);
    if (whole === this.#percent) return;
    this.#percent = whole;
    const filled = Math.round(share * barCells);
    process.stderr.write(`\r${doing} [${"=".repeat(filled)}${" ".repeat(barCells - filled)}] ${whole} %`);
  }

  /** Takes the bar away. */
  endProgress(): void {
    if (this.#percent >= 0) process.stderr.write("\r\u001b[K");
    this.#percent = -1;
  }
}
