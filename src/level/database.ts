/** The LevelDB handle as this backend uses it: text keys, values of bytes. */
import { createRequire } from "node:module";
import type { Level as LevelClass } from "level";
import { writeBufferBytes } from "./level-storage-options.ts";

// Faster than to import it: there is no need to search its text for what it exports.
const require = createRequire(import.meta.url);
const { Level }: { Level: typeof LevelClass } = require("level");

/** An open LevelDB. */
export type Database = LevelClass<string, Buffer>;

/** A frozen view of a LevelDB. */
export type DatabaseView = ReturnType<Database["snapshot"]>;

/** How a batch is written. */
export interface WriteOptions {
  readonly sync: boolean;
  /** The offset of the last event that is stored when this is through. */
  readonly lastOrdinal: number;
}

/** A batch that is being put together; it copies what it is given. */
export interface WriteBatch {
  put(key: string, value: Buffer): unknown;
  del(key: string): unknown;
  write(options: WriteOptions): Promise<void>;
  /** Throws it away. */
  close(): Promise<void>;
}

/** Whatever can write batches: a {@link Database}, or a stand-in that fails on purpose. */
export interface BatchTarget {
  batch(): WriteBatch;
}

/** A handle on the LevelDB in `directory`, closed. */
export function databaseAt(directory: string): Database {
  return new Level<string, Buffer>(directory, {
    keyEncoding: "utf8",
    valueEncoding: "buffer",
    // Damage to uncompressed tables can abort the process; to compressed ones it is an error.
    compression: true,
    writeBufferSize: writeBufferBytes,
    createIfMissing: false,
  });
}

/** Gives back the space of what was deleted between two keys. */
export async function compact(db: Database, gte: string, lt: string): Promise<void> {
  // LevelDB has it; the type that is common to all databases of `level` does not.
  if ("compactRange" in db && typeof db.compactRange === "function") await db.compactRange(gte, lt);
}
