/** A closed store seen without this library: its LevelDB, its records, and ways to damage them. */
import { crc32 } from "node:zlib";
import { Level } from "level";

/** An open LevelDB of text keys and byte values. */
export type RawStore = Level<string, Buffer>;

/** Opens the LevelDB in `folder` for as long as `work` takes. */
export async function withRawStore<T>(folder: string, work: (db: RawStore) => Promise<T>): Promise<T> {
  const db: RawStore = new Level<string, Buffer>(folder, { valueEncoding: "buffer", createIfMissing: false });
  await db.open();
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** All records as text, each with its checksum proved by other code than the library's. */
export async function recordsIn(folder: string): Promise<Map<string, string>> {
  return withRawStore(folder, async (db) => {
    const records = new Map<string, string>();
    for await (const [key, value] of db.iterator()) {
      const text = value.subarray(4);
      if (value.readUInt32LE(0) !== crc32(Buffer.concat([Buffer.from(key), text])))
        throw new Error(`${key} is damaged`);
      records.set(key, text.toString());
    }
    return records;
  });
}

/** A record's value as the library would store it. */
export function rawValue(key: string, text: string): Buffer {
  const value = Buffer.alloc(4 + Buffer.byteLength(text));
  value.write(text, 4);
  value.writeUInt32LE(crc32(Buffer.concat([Buffer.from(key), Buffer.from(text)])), 0);
  return value;
}

/** Flips one bit in the middle of a stored value. */
export async function damage(folder: string, key: string): Promise<void> {
  await withRawStore(folder, async (db) => {
    const value = await db.get(key);
    if (!value) throw new Error(`there is no ${key}`);
    const changed = Buffer.from(value);
    const middle = 4 + ((value.length - 4) >> 1);
    changed.writeUInt8(value.readUInt8(middle) ^ 1, middle);
    await db.put(key, changed);
  });
}

/** The key of a frame of an id without special characters. */
export function frameKeyOf(id: string, first: number): string {
  return `e${id}\0${String(first).padStart(16, "0")}`;
}

/** The key of the commit that begins with this offset. */
export function commitKeyOf(offset: number): string {
  return `c${String(offset).padStart(16, "0")}`;
}
