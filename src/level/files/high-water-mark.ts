/** The file `high-water.mark`: how far the history was acknowledged, in two slots that are written in turn, so that a torn one leaves the other. */
import { crc32 } from "node:zlib";
import { StorageCorruptedError } from "../../errors.ts";
import { readStoreFile, type StorePlace } from "./read-file.ts";

export const markFile = "high-water.mark";

/** A slot has a page of its own. */
export const slotSpacing = 4_096;
export const slots = 2;

/** Room for the text of a slot: four numbers and a checksum. */
const slotBytes = 256;
const checksumDigits = 8;

/** How far everything was acknowledged, and so is durable. Behind the truth at times, never ahead of it. */
export interface HighWaterMark {
  /** The offset of the last event. */
  readonly ordinal: number;
  /** The number of the log that holds the last write, an event or not. */
  readonly log: number;
  /** The size of that log behind that write. */
  readonly bytes: number;
}

/** A mark as it was read. */
export interface StoredMark extends HighWaterMark {
  /** Grows with every slot that is written. */
  readonly generation: number;
  /** What is wrong with the other slot, if anything. */
  readonly damagedSlot: string | undefined;
}

/** The bytes of a slot: `checksum {"generation":…,"ordinal":…,"log":…,"bytes":…}` and a line end, filled up with zeros. */
export function slotOf({ ordinal, log, bytes }: HighWaterMark, generation: number): Buffer {
  const text = JSON.stringify({ generation, ordinal, log, bytes });
  const slot = Buffer.alloc(slotBytes);
  slot.write(`${checksumOf(text)} ${text}\n`);
  return slot;
}

/**
 * The newer of the slots that are intact.
 *
 * @throws StorageCorruptedError when none is: without it nobody could tell a torn end from acknowledged events that are gone
 */
export async function readMark(place: StorePlace): Promise<StoredMark> {
  const file = await readStoreFile(place, markFile);
  const found = Array.from({ length: slots }, (_, slot) => parseSlot(file, slot * slotSpacing));
  const [newest] = found
    .filter((slot) => slot !== undefined)
    .toSorted((one, other) => other.generation - one.generation);
  if (!newest)
    throw new StorageCorruptedError(
      place.location,
      markFile,
      "both slots are damaged, so nobody can tell whether the end of the history is there",
    );
  const damaged = found.indexOf(undefined);
  return { ...newest, damagedSlot: damaged < 0 ? undefined : `slot ${damaged} of ${markFile}` };
}

function parseSlot(file: Buffer, start: number): (HighWaterMark & { readonly generation: number }) | undefined {
  const [line = ""] = file.toString("latin1", start, start + slotBytes).split("\n", 1);
  const text = line.slice(checksumDigits + 1);
  if (line !== `${checksumOf(text)} ${text}`) return undefined;
  const json: unknown = JSON.parse(text);
  if (typeof json !== "object" || json === null) return undefined;
  if (!("generation" in json && "ordinal" in json && "log" in json && "bytes" in json)) return undefined;
  const { generation, ordinal, log, bytes } = json;
  return typeof generation === "number" &&
    typeof ordinal === "number" &&
    typeof log === "number" &&
    typeof bytes === "number"
    ? { generation, ordinal, log, bytes }
    : undefined;
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(checksumDigits, "0");
}
