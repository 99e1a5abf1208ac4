/** The full scrub: whatever is altered, removed, reordered or added behind the library's back is reported at its place. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { expect } from "chai";
import { StorageCorruptedError } from "#src/errors.js";
import type { VerificationReport } from "#src/storage/maintenance.js";
import { commitKeyOf, frameKeyOf, type RawStore, rawValue, recordsIn, withRawStore } from "./raw-store.ts";
import { added, addedMany, rejection, request, StoreFixture } from "./store-fixture.ts";

const id = "cart|1";
const number = (value: number): string => String(value).padStart(16, "0");

const nothingFound = { streams: 0, events: 0, commits: 0, snapshots: 0, highestOffset: 0, headDigest: "" };

describe("verifying a level store", () => {
  const fixture = new StoreFixture();

  /** Three commits, a snapshot, tags, and a deletion that cuts the first frame in two. */
  async function fill(): Promise<void> {
    const { journal, snapshots, close } = await fixture.open();
    // A stream that has to be looked up first can miss the commit of its neighbours.
    await Promise.all([id, "cart|2"].map((stream) => journal.highestSequenceNr(stream)));
    await Promise.all([
      journal.append(request(id, 1, ...addedMany(1, 3))),
      journal.append(request("cart|2", 1, added(1, { tags: ["green"] }))),
    ]);
    await journal.append(request(id, 4, added(4), added(5, { tags: ["green", "red"] })));
    await journal.deleteTo(id, 2);
    await journal.append(request(id, 6, added(6)));
    await snapshots.save({ persistenceId: id, sequenceNr: 5, schemaVersion: 1, state: "{}" });
    await close();
  }

  async function verifyAfter(change: (db: RawStore) => Promise<unknown>): Promise<VerificationReport> {
    await fill();
    await withRawStore(fixture.path("store"), change);
    try {
      const { maintenance } = await fixture.open();
      return await maintenance.verify();
    } catch (error) {
      // The opening proves the end of the history by itself.
      if (!(error instanceof StorageCorruptedError)) throw error;
      const { where, problem } = error;
      return { ...nothingFound, ok: false, faults: [{ where, problem }] };
    }
  }

  function places(report: VerificationReport): string[] {
    expect(report.ok).to.equal(report.faults.length === 0);
    return report.faults.map(({ where }) => where);
  }

  it("finds nothing in a store that is whole, and says what is in it", async () => {
    const report = await verifyAfter(async () => undefined);
    expect(places(report)).to.deep.equal([]);
    expect(report).to.include({ streams: 2, events: 5, commits: 3, snapshots: 1, highestOffset: 7 });
    expect(report.headDigest).to.match(/^[0-9a-f]{64}$/);
  });

  const changes: Record<string, readonly [where: string, change: (db: RawStore) => Promise<unknown>]> = {
    "a frame is gone": [`event 4 of "cart|1"`, (db) => db.del(frameKeyOf(id, 4))],
    "the rest of a cut frame is gone": [`event 3 of "cart|1"`, (db) => db.del(frameKeyOf(id, 3))],
    "the only frame of a stream is gone": [`event 1 of "cart|2"`, (db) => db.del(frameKeyOf("cart|2", 1))],
    "a frame of a known stream was added": [
      `event 7 of "cart|1"`,
      (db) => copy(db, frameKeyOf(id, 6), frameKeyOf(id, 7)),
    ],
    "a frame of an unknown stream was added": [
      `event 1 of "x"`,
      (db) => copy(db, frameKeyOf(id, 6), frameKeyOf("x", 1)),
    ],
    "a bit of a frame is flipped": [`event 4 of "cart|1"`, (db) => flip(db, frameKeyOf(id, 4))],
    "an event is altered, with a right checksum": [
      `event 4 of "cart|1"`,
      (db) => edit(db, frameKeyOf(id, 4), (text) => text.replace('"n":4', '"n":9')),
    ],
    "an event in the rest of a cut frame is altered": [
      `event 3 of "cart|1"`,
      (db) => edit(db, frameKeyOf(id, 3), (text) => text.replace('"n":3', '"n":9')),
    ],
    "a commit is gone": ["the commit at offset 5", (db) => db.del(commitKeyOf(5))],
    "the first commit is gone": ["the commit at offset 1", (db) => db.del(commitKeyOf(1))],
    "a commit is altered, with a right checksum": [
      "the commit at offset 5",
      (db) => edit(db, commitKeyOf(5), (text) => text.replace(/"at":\d/, '"at":2')),
    ],
    "a commit is altered, with a right digest of its own too": [
      "tombstone 1",
      (db) => edit(db, commitKeyOf(5), (text) => resealed(text.replace(/"at":\d/, '"at":2'))),
    ],
    "a tombstone is gone": [`the head of "cart|1"`, (db) => db.del(`d${number(1)}`)],
    "a tombstone says something else": [
      "tombstone 1",
      (db) => edit(db, `d${number(1)}`, (text) => text.replace('"to":2', '"to":1')),
    ],
    "events are gone, and the head says that they were deleted": [
      `the head of "cart|1"`,
      (db) =>
        db.batch([
          { type: "del", key: frameKeyOf(id, 3) },
          { type: "put", key: `h${id}`, value: rawValue(`h${id}`, "[6,3]") },
        ]),
    ],
    "a head is gone": [`the head of "cart|1"`, (db) => db.del(`h${id}`)],
    "a head is an older one": [`the head of "cart|1"`, (db) => edit(db, `h${id}`, () => "[5,2]")],
    "a head was added": [`the head of "x"`, (db) => copy(db, "hcart|2", "hx")],
    "a tag entry is gone": [`the index of the tag "red"`, (db) => db.del(`tred\0${number(5)}`)],
    "a tag entry is of another event": [
      `the index of the tag "red"`,
      (db) => edit(db, `tred\0${number(5)}`, (text) => text.replace("6", "5")),
    ],
    "a tag entry was added": [
      `the index of the tag "blue"`,
      (db) => db.put(`tblue\0${number(5)}`, rawValue(`tblue\0${number(5)}`, `[[6,"cart|1",5]]`)),
    ],
    "a snapshot is damaged": [`snapshot 5 of "cart|1"`, (db) => flip(db, `scart|1\0${number(5)}`)],
    "a snapshot is of events that never were": [
      `snapshot 9 of "cart|1"`,
      (db) => db.put(`scart|1\0${number(9)}`, rawValue(`scart|1\0${number(9)}`, "[1,1,0,{}]")),
    ],
    "a record has no place in a store": ['the record "zebra"', (db) => db.put("zebra", Buffer.from("hello"))],
    "the store keeps a record for itself that is unknown": [
      'the record "mzebra"',
      (db) => db.put("mzebra", Buffer.from("x")),
    ],
  };
  for (const [what, [where, change]] of Object.entries(changes)) {
    it(`tells when ${what}`, async () => {
      expect(places(await verifyAfter(change))).to.include(where);
    });
  }

  it("tells when two commits have changed places", async () => {
    const report = await verifyAfter(async (db) => {
      const [five, seven] = [await textOf(db, commitKeyOf(5)), await textOf(db, commitKeyOf(7))];
      await db.put(commitKeyOf(5), rawValue(commitKeyOf(5), seven));
      await db.put(commitKeyOf(7), rawValue(commitKeyOf(7), five));
    });
    expect(places(report)).not.to.deep.equal([]);
  });

  it("takes what an interrupted deletion left behind for what it is", async () => {
    const report = await verifyAfter(async (db) => {
      const text = `[1,"cart",0,[1,{"type":"Added"},{"g":["green"]}]]`;
      await db.put(frameKeyOf(id, 1), rawValue(frameKeyOf(id, 1), text));
    });
    expect(places(report)).to.deep.equal([]);
  });

  it("looks at a view of its own while writes go on", async () => {
    await fill();
    const { journal, maintenance } = await fixture.open();
    const writes = Array.from({ length: 200 }, (_, index) =>
      journal.append(request("cart|9", 1 + index, added(index))),
    );
    expect(places(await maintenance.verify())).to.deep.equal([]);
    await Promise.all(writes);
    expect(places(await maintenance.verify())).to.deep.equal([]);
  });

  it("is done before the store can be used when verifyOnOpen says so", async () => {
    await fill();
    await (await fixture.open({ verifyOnOpen: true })).close();
    await withRawStore(fixture.path("store"), (db) => db.put("zebra", Buffer.from("hello")));
    const error = await rejection(fixture.open({ verifyOnOpen: true }));
    expect(error).to.be.instanceOf(StorageCorruptedError).with.property("where", 'the record "zebra"');
    await fixture.open();
  });

  describe("the chain", () => {
    it("goes on after a new start, also where a deletion is its newest link", async () => {
      await fill();
      for (const step of [1, 2]) {
        const { journal, maintenance, close } = await fixture.open();
        await journal.append(request("cart|3", step, added(step)));
        if (step === 1) await journal.deleteTo("cart|3", 1);
        expect(places(await maintenance.verify())).to.deep.equal([]);
        await close();
      }
    });

    it("carries in each record the digest of the one before it, and of its own text", async () => {
      await fill();
      const records = await recordsIn(fixture.path("store"));
      let before = "";
      for (const key of [commitKeyOf(1), commitKeyOf(5), `d${number(1)}`, commitKeyOf(7)]) {
        const text = records.get(key) ?? "";
        expect(JSON.parse(text)).to.include({ p: before });
        expect(resealed(text)).to.equal(text);
        before = JSON.parse(text).d;
      }
      const { maintenance } = await fixture.open();
      expect((await maintenance.verify()).headDigest).to.equal(before);
    });

    it("names the SHA-256 and the CRC-32 of every frame", async () => {
      await fill();
      const records = await recordsIn(fixture.path("store"));
      const [[, , , checksum, digest]] = JSON.parse(records.get(commitKeyOf(5)) ?? "").s;
      const text = records.get(frameKeyOf(id, 4)) ?? "";
      expect(digest).to.equal(createHash("sha256").update(text).digest("base64url"));
      expect(checksum).to.equal(crc32(text, crc32(frameKeyOf(id, 4))));
    });

    it("has another end after every commit and every deletion", async () => {
      const { journal, maintenance } = await fixture.open();
      const heads = new Set<string>();
      for (const sequenceNr of [1, 2, 3]) {
        await journal.append(request(id, sequenceNr, added(sequenceNr)));
        heads.add((await maintenance.verify()).headDigest);
        await journal.deleteTo(id, sequenceNr);
        heads.add((await maintenance.verify()).headDigest);
      }
      expect(heads.size).to.equal(6);
    });
  });
});

async function textOf(db: RawStore, key: string): Promise<string> {
  return (await db.get(key))?.toString("utf8", 4) ?? "";
}

async function edit(db: RawStore, key: string, change: (text: string) => string): Promise<void> {
  await db.put(key, rawValue(key, change(await textOf(db, key))));
}

async function copy(db: RawStore, from: string, to: string): Promise<void> {
  await db.put(to, rawValue(to, await textOf(db, from)));
}

async function flip(db: RawStore, key: string): Promise<void> {
  const value = Buffer.from((await db.get(key)) ?? Buffer.alloc(8));
  value.writeUInt8(value.readUInt8(value.length - 2) ^ 1, value.length - 2);
  await db.put(key, value);
}

/** The text of a link with the digest that belongs to it. */
function resealed(text: string): string {
  const content = text.slice(0, text.lastIndexOf(',"d":"'));
  return `${content},"d":"${createHash("sha256").update(content).digest("hex")}"}`;
}
