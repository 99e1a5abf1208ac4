/** The value of a record: four bytes of checksum over key and text, little endian, then JSON text in UTF-8. */
import { checksumBehindFour } from "../../codec/checksum.ts";
import { StorageCorruptedError } from "../../errors.ts";

/** Bytes before the text. */
export const checksumBytes = 4;

/** The checksum that a stored value carries. */
export function storedChecksum(value: Buffer): number {
  return value.length < checksumBytes ? -1 : value.readUInt32LE(0);
}

/** Whether a value is, byte for byte, what was once stored under its key. */
export function isIntact(key: string, value: Buffer): boolean {
  return value.length > checksumBytes && storedChecksum(value) === checksumBehindFour(key, value);
}

/** How a record is called in errors, or what makes its name when there is one. */
export type Place = string | (() => string);

function nameOf(place: Place): string {
  return typeof place === "string" ? place : place();
}

/**
 * The text of a stored value.
 *
 * @throws StorageCorruptedError when the checksum does not match
 */
export function recordText(location: string, where: Place, key: string, value: Buffer): string {
  if (!isIntact(key, value)) throw new StorageCorruptedError(location, nameOf(where), "its checksum does not match");
  return value.toString("utf8", checksumBytes);
}

/**
 * The parsed text of a stored value.
 *
 * @throws StorageCorruptedError when the checksum does not match, or the text is no JSON
 */
export function recordJson(location: string, where: Place, key: string, value: Buffer): unknown {
  const text = recordText(location, where, key, value);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StorageCorruptedError(location, nameOf(where), "it is no JSON", error);
  }
}
