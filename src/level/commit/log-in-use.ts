/** The log that LevelDB appends to: how long it is, and whether another one has taken its place. */
import { fstatSync } from "node:fs";
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { logName, logNumberOf } from "../files/level-files.ts";
import { syncFolder } from "../files/store-folder.ts";

/** Watches one open store. */
export class LogInUse {
  readonly #folder: string;
  #file: FileHandle;
  #number: number;
  #bytes: number;

  private constructor(folder: string, file: FileHandle, number: number, bytes: number) {
    this.#folder = folder;
    this.#file = file;
    this.#number = number;
    this.#bytes = bytes;
  }

  /** The newest log in the folder. */
  static async find(folder: string): Promise<LogInUse> {
    const number = await newestLog(folder);
    const file = await open(join(folder, logName(number)), "r+");
    return new LogInUse(folder, file, number, fstatSync(file.fd).size);
  }

  /** Its number. */
  get number(): number {
    return this.#number;
  }

  /** Its size behind the last write. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * To be called behind each write. Every write makes its log longer: when this one has not grown, LevelDB has begun another, whose
   * name is not durable by itself.
   *
   * @returns a promise only when there is something to wait for
   */
  written(): Promise<void> | undefined {
    // Synchronous: one system call of a microsecond, where a promise would cost ten.
    const { size } = fstatSync(this.#file.fd);
    if (size === this.#bytes) return this.#follow();
    this.#bytes = size;
    return undefined;
  }

  /** Makes durable what was written without that. */
  async sync(): Promise<void> {
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #follow(): Promise<void> {
    // LevelDB never syncs the end of a log that it leaves, if it was not told to with every write.
    await this.#file.datasync();
    await syncFolder(this.#folder);
    const next = await LogInUse.find(this.#folder);
    await this.#file.close();
    this.#file = next.#file;
    this.#number = next.#number;
    this.#bytes = next.#bytes;
  }
}

async function newestLog(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).map(logNumberOf).filter((number) => number !== undefined);
  return Math.max(...numbers);
}
