/** The value of one record in the making: text as UTF-8 bytes, behind room for the checksum. Strings are not joined first: that costs more than all the rest. */
import { checksumBytes } from "./record.ts";

/** UTF-8 takes no more than this for one unit of a JavaScript string. */
const bytesPerUnitMax = 3;

/** Room for any whole number as decimal digits. */
const digitsMax = 16;

/** A buffer that grew beyond this is given back at once. */
const keptBytesMax = 16_777_216;

/** One below that is kept until so many records in turn would have done without it: fresh memory costs more than what is written to it. */
const smallRecordsMax = 1_000;

/** Views of records up to this length are used again: making one costs as much as writing a small record. */
const keptViewsMax = 1_024;

const zero = 48;
const billion = 1_000_000_000;
const digitsBelowBillion = 9;

/** Grows as needed, and is used again for the next record. */
export class RecordBytes {
  readonly #lasting: Buffer;
  /** Views of it from the checksum on, by where they end. */
  readonly #values: (Buffer | undefined)[] = new Array(keptViewsMax);
  /** Likewise, from the text on. */
  readonly #texts: (Buffer | undefined)[] = new Array(keptViewsMax);
  #bytes: Buffer;
  #end = checksumBytes;
  /** Records in turn that had no need of more than what stays reserved. */
  #smallRecords = 0;

  /** @param capacity bytes that stay reserved; a larger record gets more, for itself and for those that follow */
  constructor(capacity: number) {
    this.#lasting = Buffer.allocUnsafeSlow(capacity);
    this.#bytes = this.#lasting;
  }

  clear(): void {
    if (this.#bytes !== this.#lasting) this.#considerGivingBack();
    this.#end = checksumBytes;
  }

  text(text: string): void {
    // Nearly always there is room for the most that it can take; only otherwise are its bytes counted.
    if (this.#end + text.length * bytesPerUnitMax > this.#bytes.length) this.#reserve(Buffer.byteLength(text));
    this.#end += this.#bytes.write(text, this.#end, "utf8");
  }

  /** One ASCII character. */
  character(code: number): void {
    this.#reserve(1);
    this.#bytes[this.#end++] = code;
  }

  /** A number as JSON. */
  number(number: number): void {
    if (!Number.isSafeInteger(number) || number < 0) {
      this.text(JSON.stringify(number));
      return;
    }
    this.#reserve(digitsMax);
    const high = Math.floor(number / billion);
    if (high > 0) this.#digits(high, digitCount(high));
    this.#digits(number - high * billion, high > 0 ? digitsBelowBillion : digitCount(number));
  }

  /** The bytes with the room for the checksum in front; valid until the next change. */
  get value(): Buffer {
    return this.#view(0, this.#values);
  }

  /** The bytes of the text; valid until the next change. */
  get textBytes(): Buffer {
    return this.#view(checksumBytes, this.#texts);
  }

  #view(start: number, kept: (Buffer | undefined)[]): Buffer {
    const end = this.#end;
    if (this.#bytes !== this.#lasting || end >= keptViewsMax) return this.#bytes.subarray(start, end);
    kept[end] ??= this.#lasting.subarray(start, end);
    return kept[end];
  }

  #digits(number: number, count: number): void {
    let rest = number;
    for (let index = this.#end + count - 1; index >= this.#end; index--) {
      const tenth = (rest / 10) | 0;
      this.#bytes[index] = zero + rest - tenth * 10;
      rest = tenth;
    }
    this.#end += count;
  }

  #considerGivingBack(): void {
    this.#smallRecords = this.#end > this.#lasting.length ? 0 : this.#smallRecords + 1;
    if (this.#smallRecords > smallRecordsMax || this.#bytes.length > keptBytesMax) this.#bytes = this.#lasting;
  }

  #reserve(length: number): void {
    const needed = this.#end + length;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(needed * 2);
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
    this.#smallRecords = 0;
  }
}

/** Of a number below a billion. */
function digitCount(number: number): number {
  let count = 1;
  for (let power = 10; power <= number; power *= 10) count++;
  return count;
}
