/** The checksum of records is that of zlib, however it comes about. */
import { crc32 } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { checksumBehindFour, recordChecksum } from "#src/codec/checksum.js";

describe("the checksum of a record", () => {
  const anyKey = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));

  it("is the CRC-32 of its key and its value (property)", () => {
    fc.assert(
      fc.property(anyKey, fc.uint8Array(), (key, value) => {
        const expected = crc32(Buffer.concat([Buffer.from(key), value]));
        expect(recordChecksum(key, value)).to.equal(expected);
        expect(recordChecksum(key, Buffer.from(value).toString("latin1"))).to.equal(
          crc32(key + Buffer.from(value).toString("latin1")),
        );
      }),
    );
  });

  it("can go over a value without its first four bytes, whatever they are (property)", () => {
    fc.assert(
      fc.property(anyKey, fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array(), (key, four, rest) => {
        const expected = crc32(Buffer.concat([Buffer.from(key), rest]));
        expect(checksumBehindFour(key, Buffer.concat([four, rest]))).to.equal(expected);
      }),
    );
  });
});
