/** Ways to damage one file of a closed store; seed and number say which. */
import { copyFile, open, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dice } from "./plan.js";

type Draw = (bound: number) => number;
type Kind = (path: string, draw: Draw) => Promise<string>;

const pageBytes = 4_096;

const kinds: readonly Kind[] = [
  flipBits,
  flipBits,
  flipBits,
  cutOff,
  cutOff,
  zeroPage,
  zeroPage,
  remove,
  overwrite,
  repeat,
  duplicate,
];

/** Does the damage and says what it was. */
export async function damageStore(folder: string, seed: number, n: number): Promise<string> {
  const draw = dice(seed, n, -2);
  // The lock has no content, and nobody may read it.
  const names = (await readdir(folder)).filter((name) => name !== "LOCK").toSorted();
  const name = names[draw(names.length)] ?? "";
  const kind = kinds[draw(kinds.length)] ?? flipBits;
  return `${name}: ${await kind(join(folder, name), draw)}`;
}

async function flipBits(path: string, draw: Draw): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length === 0) return "empty, left as it is";
  const flips = 1 + draw(4);
  const places: string[] = [];
  for (let flip = 0; flip < flips; flip++) {
    const at = draw(bytes.length);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << draw(8)), at);
    places.push(String(at));
  }
  await writeFile(path, bytes);
  return `bits flipped at ${places.join(", ")}`;
}

async function cutOff(path: string, draw: Draw): Promise<string> {
  const { size } = await stat(path);
  const left = draw(2) === 0 ? draw(size + 1) : Math.max(0, size - 1 - draw(200));
  await truncate(path, left);
  return `cut off from ${size} to ${left} bytes`;
}

async function zeroPage(path: string, draw: Draw): Promise<string> {
  const { size } = await stat(path);
  const start = draw(Math.max(1, Math.ceil(size / pageBytes))) * pageBytes;
  const end = Math.min(size, start + pageBytes);
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(Math.max(0, end - start)), 0, undefined, start);
  await file.close();
  return `zeros from ${start} to ${end}`;
}

async function overwrite(path: string, draw: Draw): Promise<string> {
  const { size } = await stat(path);
  const start = draw(size + 1);
  const noise = Buffer.from(Array.from({ length: Math.min(1 + draw(600), size - start) }, () => draw(256)));
  const file = await open(path, "r+");
  await file.write(noise, 0, undefined, start);
  await file.close();
  return `noise of ${noise.length} bytes at ${start}`;
}

async function remove(path: string): Promise<string> {
  await rm(path);
  return "deleted";
}

/** Its content once more behind itself. */
async function repeat(path: string): Promise<string> {
  const bytes = await readFile(path);
  await writeFile(path, Buffer.concat([bytes, bytes]));
  return "content repeated";
}

/** Under another number, or over its neighbour. */
async function duplicate(path: string, draw: Draw): Promise<string> {
  const number = 1 + draw(40);
  const copy = path.replace(/\d{6,}/, (digits) => String(number).padStart(digits.length, "0"));
  if (copy === path) await copyFile(path, `${path}.copy`);
  else await copyFile(path, copy);
  return `copied as ${copy.slice(copy.lastIndexOf("/") + 1)}`;
}
