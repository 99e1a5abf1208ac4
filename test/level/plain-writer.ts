/** A program that goes on with a plain LevelDB after a failed write: `node plain-writer.js FOLDER CONTROL`. */
import { renameSync, writeFileSync } from "node:fs";
import process, { argv } from "node:process";
import { Level } from "level";

/** What became of it. */
export interface PlainReport {
  readonly failed: number;
  readonly acknowledgedAfter: number;
  /** How many of those are there when the store is opened again. */
  readonly keptAfter: number;
}

const [, , folder = "", control = ""] = argv;
const value = "x".repeat(100);

const db = new Level<string, string>(folder);
for (let n = 0; n < 10; n++) await db.put(`before ${n}`, value, { sync: true });
writeFileSync(`${control}.new`, "short-write EIO .log 0 1");
renameSync(`${control}.new`, control);
let failed = 0;
const after: string[] = [];
for (let n = 0; n < 50; n++) {
  const key = `after ${n}`;
  await db.put(key, value, { sync: true }).then(
    () => after.push(key),
    () => failed++,
  );
}
await db.close();
await db.open();
const kept = await db.getMany(after);
await db.close();
const keptAfter = kept.filter((found) => found !== undefined).length;
process.send?.({ failed, acknowledgedAfter: after.length, keptAfter });
process.disconnect();
