/** Keeps the high-water mark of an open store: written beside the commits, which do not wait for it unless they are told to. */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Timer } from "../../clock.ts";
import { type HighWaterMark, markFile, slotOf, slotSpacing, slots } from "../files/high-water-mark.ts";
import { markCommitsMax, markDelayMs } from "../level-storage-options.ts";

/** One per open store. */
export class MarkKeeper {
  readonly #file: FileHandle;
  readonly #clock: Clock;
  #generation: number;
  /** What is acknowledged. */
  #mark: HighWaterMark;
  /** Commits since the mark was last written. */
  #behind = 0;
  #writing: Promise<void> | undefined;
  #timer: Timer | undefined;
  #failure: unknown;

  private constructor(file: FileHandle, clock: Clock, mark: HighWaterMark, generation: number) {
    this.#file = file;
    this.#clock = clock;
    this.#mark = mark;
    this.#generation = generation;
  }

  /** Writes `mark` into both slots, and keeps the file open; it is made when it is missing. */
  static async start(folder: string, clock: Clock, mark: HighWaterMark, generation: number): Promise<MarkKeeper> {
    const keeper = new MarkKeeper(await openOrMake(join(folder, markFile)), clock, mark, generation);
    try {
      await keeper.#writeAllSlots();
      return keeper;
    } catch (error) {
      await keeper.#file.close();
      throw error;
    }
  }

  /** A commit is through, but not durable: the mark is written when the store is closed. */
  remember(mark: HighWaterMark): void {
    this.#mark = mark;
  }

  /**
   * A commit is durable: the mark follows soon.
   *
   * @throws whatever kept the mark from being written before
   */
  advance(mark: HighWaterMark): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#mark = mark;
    this.#behind++;
    if (this.#behind >= markCommitsMax) this.#writeSoon();
    else this.#timer ??= this.#startTimer();
  }

  /** Resolves when the mark of the last commit is on the disk. */
  async sync(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#behind > 0) await this.#writeNext();
  }

  /** Writes the last mark into both slots, and lets the file go. */
  async close(): Promise<void> {
    try {
      await this.#writing;
      this.#timer?.cancel();
      await this.#writeAllSlots();
    } finally {
      await this.#file.close();
    }
  }

  #startTimer(): Timer {
    const timer = this.#clock.setTimer(markDelayMs, () => {
      this.#timer = undefined;
      this.#writeSoon();
    });
    timer.keepAlive(false);
    return timer;
  }

  #writeSoon(): void {
    if (this.#writing || this.#behind === 0) return;
    this.#writing = this.#writeNext()
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#writing = undefined;
        if (this.#behind > 0) this.#timer ??= this.#startTimer();
      });
  }

  async #writeAllSlots(): Promise<void> {
    for (let slot = 0; slot < slots; slot++) await this.#writeNext();
  }

  async #writeNext(): Promise<void> {
    this.#behind = 0;
    this.#generation++;
    const slot = slotOf(this.#mark, this.#generation);
    await this.#file.write(slot, 0, slot.length, (this.#generation % slots) * slotSpacing);
    await this.#file.datasync();
  }
}

async function openOrMake(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  try {
    // Its size never changes again, so that writing it takes no room on a full disk.
    await file.truncate(slots * slotSpacing);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
