/** A hot backup: the copy opens, and holds exactly a prefix of the history with everything acknowledged before the call. */
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { StorageCorruptedError, StorageFailedError } from "#src/errors.js";
import { damage, frameKeyOf, recordsIn } from "./raw-store.ts";
import { added, addedMany, collect, rejection, request, StoreFixture } from "./store-fixture.ts";

describe("backing up a level store", () => {
  const fixture = new StoreFixture();
  const id = "cart|1";

  it("makes a store of its own with the same records", async () => {
    const { journal, snapshots, maintenance, close } = await fixture.open();
    await journal.append(request(id, 1, ...addedMany(1, 5)));
    await snapshots.save({ persistenceId: id, sequenceNr: 5, schemaVersion: 1, state: "{}" });
    await journal.deleteTo(id, 2);
    await maintenance.backup(fixture.path("deep", "copy"));
    await journal.append(request(id, 6, added(6)));
    const before = await maintenance.verify();
    await close();
    const copy = await fixture.open({}, fixture.path("deep", "copy"));
    const report = await copy.maintenance.verify();
    expect(report).to.include({ ok: true, events: 3, commits: 1, snapshots: 1, highestOffset: 5 });
    expect(report.headDigest).not.to.equal(before.headDigest);
    await copy.journal.append(request(id, 6, added(6)));
    await copy.close();
    const [ours, theirs] = [await recordsIn(fixture.path("store")), await recordsIn(fixture.path("deep", "copy"))];
    expect([...theirs.keys()]).to.deep.equal([...ours.keys()]);
    expect(await readdir(fixture.path("deep"))).to.deep.equal(["copy"]);
  });

  it("leaves out tables that LevelDB has begun and not named yet: shared, the copy's LevelDB would write over one", async () => {
    const { journal, maintenance, close } = await fixture.open();
    await journal.append(request(id, 1, added(1)));
    const files = await readdir(fixture.path("store"));
    const begun = Array.from({ length: 9 }, (_, n) => `00000${n + 1}`).filter((n) => !files.some((f) => f.includes(n)));
    for (const number of begun) await writeFile(fixture.path("store", `${number}.ldb`), "half a table");
    await maintenance.backup(fixture.path("copy"));
    for (const number of begun)
      expect(await readFile(fixture.path("store", `${number}.ldb`), "utf8")).to.equal("half a table");
    expect((await maintenance.verify()).faults).to.deep.equal([]);
    await close();
  });

  it("holds, under load, a prefix of the history with all that was acknowledged before the call", async function () {
    this.timeout(60_000);
    const { journal, maintenance } = await fixture.open();
    let acknowledged = 0;
    let stopped = false;
    const payload = JSON.stringify({ type: "Added", note: "x".repeat(2_000) });
    const writer = async (stream: string): Promise<void> => {
      for (let sequenceNr = 1; !stopped; sequenceNr += 20) {
        const events = Array.from({ length: 20 }, () => added(0, { payload }));
        acknowledged = Math.max(acknowledged, (await journal.append(request(stream, sequenceNr, ...events))) + 19);
      }
    };
    const writers = Array.from({ length: 8 }, (_, index) => writer(`cart|${index}`));
    const copies: [string, number][] = [];
    for (let copy = 1; copy <= 4; copy++) {
      const target = acknowledged + 8_000;
      while (acknowledged < target) await new Promise((resolve) => setTimeout(resolve, 5));
      copies.push([fixture.path(`copy-${copy}`), acknowledged]);
      await maintenance.backup(fixture.path(`copy-${copy}`));
    }
    stopped = true;
    await Promise.all(writers);
    const history = (await collect(journal.readAll())).map(({ persistenceId, sequenceNr }) => [
      persistenceId,
      sequenceNr,
    ]);
    for (const [location, known] of copies) {
      const copy = await fixture.open({}, location);
      const copied = (await collect(copy.journal.readAll())).map(({ persistenceId, sequenceNr }) => [
        persistenceId,
        sequenceNr,
      ]);
      expect(copied.length).to.be.at.least(known);
      expect(copied).to.deep.equal(history.slice(0, copied.length));
      expect((await copy.maintenance.verify()).faults).to.deep.equal([]);
      await copy.close();
    }
  });

  it("holds writes back while it copies, and lets them go on afterwards", async () => {
    const { journal, maintenance } = await fixture.open();
    await journal.append(request(id, 1, added(1)));
    const backup = maintenance.backup(fixture.path("copy"));
    const writes = addedMany(2, 500).map((event, index) => journal.append(request(id, 2 + index, event)));
    await Promise.all([backup, maintenance.backup(fixture.path("copy-2")), ...writes]);
    expect(await journal.highestSequenceNr(id)).to.equal(501);
  });

  it("refuses a directory that exists, and leaves it as it is", async () => {
    const { maintenance } = await fixture.open();
    await writeFile(fixture.path("taken"), "mine");
    for (const name of ["taken", "store"]) {
      const error = await rejection(maintenance.backup(fixture.path(name)));
      expect(error)
        .to.be.instanceOf(StorageFailedError)
        .with.property("message")
        .that.matches(/exists already/);
    }
    expect(await readFile(fixture.path("taken"), "utf8")).to.equal("mine");
  });

  it("leaves nothing of a copy that has a fault", async () => {
    const { journal, close } = await fixture.open();
    for (const sequenceNr of [1, 2, 3]) await journal.append(request(id, sequenceNr, added(sequenceNr)));
    await close();
    await damage(fixture.path("store"), frameKeyOf(id, 1));
    const { maintenance } = await fixture.open();
    const error = await rejection(maintenance.backup(fixture.path("copy")));
    expect(error).to.be.instanceOf(StorageCorruptedError).with.property("where", `event 1 of "cart|1"`);
    expect(await readdir(fixture.path())).to.deep.equal(["store"]);
  });

  it("leaves the files that belong to a process out", async () => {
    const { maintenance } = await fixture.open();
    await maintenance.backup(fixture.path("copy"));
    expect(await readdir(fixture.path("copy"))).not.to.include("owner.json");
    expect((await stat(fixture.path("copy", "rekindle.json"))).nlink).to.equal(1);
  });
});
