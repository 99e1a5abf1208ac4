/** Opening: damaged files are found before LevelDB sees them, and nothing is lost by the opening itself. */

import { readdirSync, truncateSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { expect } from "chai";
import { StorageCorruptedError, StorageFailedError } from "#src/errors.js";
import { proveChange } from "#src/level/opening/prove-end.js";
import { frameKeyOf, withRawStore } from "./raw-store.ts";
import { addedMany, collect, rejection, request, StoreFixture } from "./store-fixture.ts";

const eventsPerSession = 300;
const sessions = 3;

describe("the opening of a level store", () => {
  const fixture = new StoreFixture();
  const folder = (): string => fixture.path("store");

  /** Tables of all sessions but the last, and a log with the events of the last. */
  async function closedStore(): Promise<void> {
    for (let session = 0; session < sessions; session++) {
      const { journal, close } = await fixture.open();
      for (let n = 0; n < eventsPerSession; n += 10)
        await journal.append(request("cart|1", session * eventsPerSession + n + 1, ...addedMany(n, 10)));
      await close();
    }
  }

  async function fileLike(pattern: RegExp): Promise<string> {
    const name = (await readdir(folder())).toSorted().findLast((each) => pattern.test(each));
    if (name === undefined) throw new Error(`there is no file like ${pattern}`);
    return name;
  }

  async function flip(name: string, at: number): Promise<void> {
    const bytes = await readFile(join(folder(), name));
    const place = at < 0 ? bytes.length + at : at;
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place);
    await writeFile(join(folder(), name), bytes);
  }

  async function contents(): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const entry of await readdir(folder(), { withFileTypes: true })) {
      const { name } = entry;
      if (name !== "LOCK") files.set(name, entry.isFile() ? await readFile(join(folder(), name), "latin1") : "");
    }
    return files;
  }

  async function refusedUnchanged(): Promise<Error> {
    const before = await contents();
    const error = await rejection(fixture.open());
    expect(await contents()).to.deep.equal(before);
    return error;
  }

  async function opensWhole(): Promise<void> {
    const { journal, close } = await fixture.open();
    expect(await collect(journal.read("cart|1"))).to.have.length(sessions * eventsPerSession);
    await close();
  }

  describe("refuses, and changes nothing,", () => {
    const log = /^\d+\.log$/;
    const table = /^\d+\.ldb$/;
    const manifest = /^MANIFEST/;
    const cases: Record<string, readonly [file: RegExp, where: RegExp, damage: (name: string) => Promise<unknown>]> = {
      "a log with a flipped bit": [log, /^\d+\.log, offset \d+$/, (name) => flip(name, 5_000)],
      "a log with a flipped bit in its last record": [log, /^\d+\.log, offset \d+$/, (name) => flip(name, -1)],
      "a log that is cut off": [log, /^\d+\.log, offset \d+$/, (name) => truncate(join(folder(), name), 6_000)],
      "a log that has lost its last record": [
        log,
        /^\d+\.log, offset \d+$/,
        async (name) => truncate(join(folder(), name), (await stat(join(folder(), name))).size - 1),
      ],
      "an empty log": [log, /^\d+\.log, offset 0$/, (name) => truncate(join(folder(), name))],
      "a missing log": [log, /^\d+\.log$/, (name) => rm(join(folder(), name))],
      "a missing table": [table, /^\d+\.ldb$/, (name) => rm(join(folder(), name))],
      "a table that is cut off": [table, /^\d+\.ldb$/, (name) => truncate(join(folder(), name), 1_000)],
      "a table with a flipped bit": [table, /^\d+\.ldb, offset \d+$/, (name) => flip(name, 500)],
      "a table with a flipped bit in its index": [table, /^\d+\.ldb, offset \d+$/, (name) => flip(name, -70)],
      "a MANIFEST with a flipped bit": [manifest, /^MANIFEST-\d+, offset \d+$/, (name) => flip(name, 20)],
      "a MANIFEST without an edit": [manifest, /^MANIFEST-\d+, offset 0$/, (name) => truncate(join(folder(), name))],
      "a missing MANIFEST": [manifest, /^MANIFEST-\d+$/, (name) => rm(join(folder(), name))],
      "a CURRENT that names nothing": [/^CURRENT$/, /^CURRENT$/, (name) => truncate(join(folder(), name), 5)],
    };
    for (const [what, [file, where, damage]] of Object.entries(cases)) {
      it(what, async () => {
        await closedStore();
        await damage(await fileLike(file));
        const error = await refusedUnchanged();
        expect(error).to.be.instanceOf(StorageCorruptedError).and.to.have.property("where").that.matches(where);
      });
    }

    it("a log that cannot be read, naming it", async () => {
      await closedStore();
      const name = await fileLike(log);
      await rm(join(folder(), name));
      await mkdir(join(folder(), name));
      const error = await refusedUnchanged();
      expect(error)
        .to.be.instanceOf(StorageFailedError)
        .and.to.include({ phase: `reading ${name} at offset 0` });
    });
  });

  for (const [what, tail] of Object.entries({ noise: Buffer.alloc(777, "torn"), zeros: Buffer.alloc(4_096) })) {
    it(`drops a write that a crash has cut off, and tells how many bytes that were: ${what}`, async () => {
      await closedStore();
      const name = await fileLike(/^\d+\.log$/);
      await appendFile(join(folder(), name), tail);
      await opensWhole();
      expect(fixture.warnings).to.have.length(1);
      expect(fixture.warnings[0]).to.include(`the last ${tail.length} bytes of ${name}`);
      await opensWhole();
      expect(fixture.warnings).to.have.length(1);
    });
  }

  describe("keeps the files as they were", () => {
    /** Damage that only shows once LevelDB has opened. */
    async function withoutLastFrame(): Promise<void> {
      await closedStore();
      const last = sessions * eventsPerSession - 9;
      await withRawStore(folder(), (db) => db.del(frameKeyOf("cart|1", last)));
    }

    it("when the proof fails, once, and says where", async () => {
      await withoutLastFrame();
      const before = (await readdir(folder())).filter((name) => /^(\d+\.|MANIFEST|CURRENT)/.test(name));
      for (const attempt of [1, 2]) {
        const error = await rejection(fixture.open());
        const [aside, ...others] = (await readdir(folder())).filter((name) => name.startsWith("before-opening-"));
        expect(others, `attempt ${attempt}`).to.deep.equal([]);
        expect(error).to.be.instanceOf(StorageCorruptedError);
        expect(error.message).to.include(fixture.path("store", String(aside)));
        expect(await readdir(fixture.path("store", String(aside)))).to.include.members(before);
      }
    });

    it("no longer than until the next opening that succeeds", async () => {
      await closedStore();
      for (const name of ["before-opening-abcdef", "unfinished-before-opening-ghijkl"]) {
        await mkdir(join(folder(), name));
        await writeFile(join(folder(), name, "high-water.mark"), "of another time");
      }
      await opensWhole();
      expect((await readdir(folder())).filter((name) => name.includes("before-opening"))).to.deep.equal([]);
    });

    it("also when an opening was cut short behind its first half", async () => {
      await closedStore();
      const aside = fixture.path("store", "before-opening-abcdef");
      await mkdir(aside);
      for (const name of await readdir(folder())) {
        if (/^(\d+\.|MANIFEST|CURRENT|high)/.test(name))
          await writeFile(join(aside, name), await readFile(join(folder(), name)));
      }
      // What LevelDB does, without the proof.
      await withRawStore(folder(), async () => undefined);
      await opensWhole();
      expect(await readdir(folder())).not.to.include("before-opening-abcdef");
    });
  });

  it("is refused when LevelDB has read less of the log than was proved to be there", async () => {
    await closedStore();
    const { snapshots, close } = await fixture.open();
    await snapshots.save({ persistenceId: "cart|1", sequenceNr: 1, schemaVersion: 1, state: "1" });
    await close();
    const log = join(folder(), await fileLike(/^\d+\.log$/));
    const { size } = await stat(log);
    const opening = rejection(fixture.open());
    // Behind the proof, before LevelDB: it passes over what is missing then, as it does over errors of the disk.
    while (!readdirSync(folder()).some((name) => name.startsWith("before-opening-"))) await immediate();
    truncateSync(log, size - 1);
    const error = await opening;
    expect(error).to.be.instanceOf(StorageCorruptedError);
    expect(error.message).to.include("LevelDB has not taken it over");
  });

  it("is refused when a record is not what the log said", async () => {
    await closedStore();
    await withRawStore(folder(), async (db) => {
      await db.put("there", Buffer.from("new"));
      await proveChange(db, "the store", { key: "there", value: Buffer.from("new") });
      await proveChange(db, "the store", { key: "gone", value: undefined });
      for (const value of [Buffer.from("old"), undefined])
        expect(await rejection(proveChange(db, "the store", { key: "there", value }))).to.be.instanceOf(
          StorageCorruptedError,
        );
      expect(
        await rejection(proveChange(db, "the store", { key: "gone", value: Buffer.from("old") })),
      ).to.be.instanceOf(StorageCorruptedError);
    });
  });
});
