/** LevelDB's log format: what is a record, what is a torn end, and what is damage. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { StorageCorruptedError } from "#src/errors.js";
import { crc32c } from "#src/level/files/crc32c.js";
import { readLog } from "#src/level/files/log-records.js";
import type { StorePlace } from "#src/level/files/read-file.js";
import { type ScannedLogs, scanLogs } from "#src/level/files/scan-logs.js";
import { scanStore } from "#src/level/files/scan-store.js";
import { batchOf, logOf } from "./log-writer.ts";
import { rejection } from "./store-fixture.ts";

const long = Buffer.alloc(100_000, "long ");
const short = Buffer.from("short");

describe("CRC-32C", () => {
  it("is that of RFC 3720", () => {
    expect(crc32c(Buffer.from("123456789"))).to.equal(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).to.equal(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).to.equal(0x62a8ab43);
  });
});

describe("a log of LevelDB", () => {
  it("gives back all records, however they lie in the blocks", () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 70_000 }), { maxLength: 8 });
    fc.assert(
      fc.property(lengths, (sizes) => {
        const records = sizes.map((size, index) => Buffer.alloc(size, index + 1));
        const { records: found, end, broken } = readLog(logOf(...records));
        expect(broken).to.equal(undefined);
        expect(found.every(({ bytes }, index) => bytes.equals(records[index] ?? short))).to.equal(true);
        expect(found).to.have.length(sizes.length);
        expect(end).to.equal(logOf(...records).length);
      }),
      { numRuns: 30 },
    );
  });

  it("has a torn end when its last record is cut off, wherever", () => {
    const whole = logOf(short);
    const log = logOf(short, long);
    for (let size = whole.length + 1; size < log.length; size += 997) {
      const { records, end, broken } = readLog(log.subarray(0, size));
      expect(records).to.have.length(1);
      expect(end).to.equal(whole.length);
      expect(broken).to.deep.include({ offset: whole.length, followedBy: undefined });
    }
  });

  it("has a torn end when zeros follow, or its last record has a flipped bit", () => {
    const log = logOf(short, short);
    expect(readLog(Buffer.concat([log, Buffer.alloc(5_000)])).broken).to.include({ followedBy: undefined });
    log.writeUInt8(log.readUInt8(log.length - 1) ^ 4, log.length - 1);
    expect(readLog(log).broken).to.include({ offset: logOf(short).length, followedBy: undefined });
  });

  it("is damaged when a record follows the bad one, even if the length of the bad one hides it", () => {
    const first = logOf(short).length;
    for (const changed of [0, 4, 5, 6, 8]) {
      const log = logOf(short, short, short);
      log.writeUInt8(log.readUInt8(first + changed) ^ 0x10, first + changed);
      expect(readLog(log).broken).to.deep.include({ offset: first, followedBy: 2 * first });
    }
  });

  it("is damaged when a record has lost its end, and another follows", () => {
    const cut = logOf(long).subarray(0, 32_768);
    const { broken } = readLog(Buffer.concat([cut, logOf(short)]));
    expect(broken).to.include({ offset: 0, followedBy: 32_768 });
  });
});

describe("the logs of a store", () => {
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-logs-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const commit = "c0000000000000007";
  const one = batchOf(5, { a: "1", b: "2" });
  const two = batchOf(7, { [commit]: "3" });
  const torn = logOf(two).subarray(0, 20);

  async function scan(...logs: readonly Buffer[]): Promise<ScannedLogs> {
    const numbers = logs.map((_, index) => index + 3);
    for (const [index, log] of logs.entries()) await writeFile(join(folder, `00000${index + 3}.log`), log);
    return scanLogs({ folder, location: "the store" }, numbers, 4);
  }

  async function refused(logs: readonly Buffer[], where: string): Promise<void> {
    const error = await rejection(scan(...logs));
    expect(error).to.be.instanceOf(StorageCorruptedError).and.to.include({ where });
  }

  it("follow each other, the last of them may be torn, and newer ones may be empty", async () => {
    const {
      logEnds,
      torn: end,
      firstOrdinal,
      lastChange,
    } = await scan(logOf(one), Buffer.concat([logOf(two), torn]), short.subarray(5));
    expect([...logEnds]).to.deep.equal([
      [3, logOf(one).length],
      [4, logOf(two).length],
      [5, 0],
    ]);
    expect(end).to.include({ name: "000004.log", offset: logOf(two).length, bytes: 20 });
    expect(firstOrdinal).to.equal(7);
    expect(lastChange?.key).to.equal(commit);
  });

  it("are damaged when one with records follows a torn one", () =>
    refused([Buffer.concat([logOf(one), torn]), logOf(two)], `000003.log, offset ${logOf(one).length}`));

  it("are damaged when one of them has a bad record in its middle", () => {
    const log = logOf(one, two);
    log.writeUInt8(255, 8);
    return refused([log], "000003.log, offset 0");
  });

  it("are damaged when changes are missing, or there twice", async () => {
    await refused([logOf(batchOf(6, { a: "1" }))], "000003.log, offset 0");
    await refused([logOf(one), logOf(batchOf(8, { a: "1" }))], "000004.log, offset 0");
    await refused([logOf(one), logOf(one)], "000004.log, offset 0");
  });

  it("are damaged when an intact record is no batch", () =>
    refused([logOf(one, short)], `000003.log, offset ${logOf(one).length}`));
});

describe("the MANIFEST of a store", () => {
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-manifest-"));
    await writeFile(join(folder, "CURRENT"), "MANIFEST-000002\n");
    await writeFile(join(folder, "000003.log"), "");
  });
  afterEach(() => rm(folder, { recursive: true }));

  // Log 3, next file 10, last sequence 0; then each of these once more.
  const edits = [
    [2, 3, 3, 10, 4, 0],
    [2, 3],
    [3, 11],
    [4, 5],
  ].map((bytes) => Buffer.from(bytes));
  const place = (): StorePlace => ({ folder, location: "the store" });

  it("is a row of edits, the last of which may be torn", async () => {
    const manifest = logOf(...edits);
    for (const size of [manifest.length, manifest.length - 1]) {
      await writeFile(join(folder, "MANIFEST-000002"), manifest.subarray(0, size));
      expect(await scanStore(place())).to.include({ oldestLog: 3 });
    }
  });

  it("is damaged when one in the middle is, whatever that one said", async () => {
    const manifest = logOf(...edits);
    const offset = logOf(...edits.slice(0, 2)).length;
    manifest.writeUInt8(manifest.readUInt8(offset + 8) ^ 1, offset + 8);
    await writeFile(join(folder, "MANIFEST-000002"), manifest);
    expect(await rejection(scanStore(place()))).to.include({ where: `MANIFEST-000002, offset ${offset}` });
  });

  it("is damaged when it says the same table twice, deletes one that is not there, or says what nobody knows", async () => {
    const table = Buffer.from([7, 0, 8, 100, 1, 97, 1, 98]);
    for (const edit of [Buffer.concat([table, table]), Buffer.from([6, 0, 8]), Buffer.from([8, 1]), Buffer.from([2])]) {
      await writeFile(join(folder, "MANIFEST-000002"), logOf(...edits, edit));
      expect(await rejection(scanStore(place()))).to.be.instanceOf(StorageCorruptedError);
    }
  });
});
