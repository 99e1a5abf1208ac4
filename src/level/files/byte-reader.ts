/** Takes LevelDB's numbers and texts out of bytes, one after the other. */

const continuation = 0x80;
const payloadBits = 0x7f;
const valuesPerByte = 128;

/** Ends before its bytes do, or it throws: nothing is read past the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  /** A number of seven bits a byte. @throws RangeError when it is cut off, or no safe integer */
  varint(): number {
    let number = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= valuesPerByte) {
      const next = this.byte();
      number += (next & payloadBits) * scale;
      if (next < continuation && Number.isSafeInteger(number)) return number;
    }
    throw new RangeError("a number is too large");
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  /** Eight bytes, little endian. */
  fixed64(): number {
    const number = Number(this.take(8).readBigUInt64LE());
    if (!Number.isSafeInteger(number)) throw new RangeError("a number is too large");
    return number;
  }

  fixed32(): number {
    return this.take(4).readUInt32LE();
  }

  /** Bytes behind their length. */
  slice(): Buffer {
    return this.take(this.varint());
  }

  /** @throws RangeError when there are fewer */
  take(length: number): Buffer {
    const start = this.#at;
    if (length > this.left) throw new RangeError("it is cut off");
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }
}
