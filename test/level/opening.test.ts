/** Opening: what is made, what is taken for a store, and what is refused without being changed. */
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { expect } from "chai";
import { Level } from "level";
import { StorageCorruptedError, StorageFailedError, StorageFormatError } from "#src/errors.js";
import { added, collect, rejection, request, StoreFixture } from "./store-fixture.ts";

/** Names, sizes and contents of all files but the lock, which must not be read. */
async function contents(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of (await readdir(folder)).toSorted()) {
    if (name !== "LOCK") files.set(name, await readFile(join(folder, name), "latin1"));
  }
  return files;
}

describe("opening a level store", () => {
  const fixture = new StoreFixture();

  async function createStore(location = fixture.path("store")): Promise<string> {
    const { journal, close } = await fixture.open({}, location);
    await journal.append(request("cart|1", 1, added(1)));
    await close();
    return location;
  }

  async function foreignStore(records: number): Promise<string> {
    const folder = fixture.path("foreign");
    const db = new Level(folder);
    for (let index = 0; index < records; index++) await db.put(`key ${index}`, "value");
    await db.close();
    return folder;
  }

  async function refusedUnchanged(location: string): Promise<Error> {
    const before = await contents(location);
    const error = await rejection(fixture.open({}, location));
    expect(await contents(location)).to.deep.equal(before);
    return error;
  }

  it("makes the folder with its parents, and a marker that names format and version", async () => {
    const folder = await createStore(fixture.path("a", "b", "c"));
    const marker: unknown = JSON.parse(await readFile(join(folder, "rekindle.json"), "utf8"));
    expect(marker).to.include({ format: "rekindle", version: 1 }).and.to.have.property("created");
  });

  it("makes a store in a folder that holds other things, and leaves those alone", async () => {
    const folder = fixture.path("store");
    await mkdir(folder);
    await writeFile(join(folder, ".gitkeep"), "keep me");
    await createStore(folder);
    expect(await readFile(join(folder, ".gitkeep"), "utf8")).to.equal("keep me");
  });

  describe("after a creation that was cut short", () => {
    const cuts: Record<string, (folder: string) => Promise<unknown>> = {
      "before the marker": async () => undefined,
      "while the marker was written": (folder) => writeFile(join(folder, "rekindle.json.tmp"), '{"form'),
      "before CURRENT": (folder) => rm(join(folder, "CURRENT")),
      "with an empty CURRENT": (folder) => truncate(join(folder, "CURRENT"), 0),
      "with an empty manifest": async (folder) => {
        for (const name of await readdir(folder))
          if (name.startsWith("MANIFEST")) await truncate(join(folder, name), 0);
      },
      "with a lock alone": async (folder) => {
        for (const name of await readdir(folder)) if (name !== "LOCK") await rm(join(folder, name));
      },
    };
    for (const [when, cut] of Object.entries(cuts)) {
      it(`starts over: ${when}`, async () => {
        const { close } = await fixture.open();
        await close();
        const folder = fixture.path("store");
        await rm(join(folder, "rekindle.json"));
        await cut(folder);
        await createStore(folder);
        const { journal } = await fixture.open();
        expect(await collect(journal.read("cart|1"))).to.have.lengthOf(1);
        expect(await readdir(folder)).not.to.include("rekindle.json.tmp");
      });
    }
  });

  describe("refuses, and changes nothing,", () => {
    it("a LevelDB of another program with a few records, which are in its log", async () => {
      expect(await refusedUnchanged(await foreignStore(3))).to.be.instanceOf(StorageFormatError);
    });

    it("a LevelDB of another program with tables", async () => {
      const folder = await foreignStore(3);
      const db = new Level(folder);
      await db.open();
      await db.close();
      expect((await readdir(folder)).some((name) => name.endsWith(".ldb"))).to.equal(true);
      expect(await refusedUnchanged(folder)).to.be.instanceOf(StorageFormatError);
    });

    it("a store that has lost its marker", async () => {
      const folder = await createStore();
      await rm(join(folder, "rekindle.json"));
      expect(await refusedUnchanged(folder)).to.be.instanceOf(StorageFormatError);
    });

    it("a store that has lost CURRENT", async () => {
      const folder = await createStore();
      await rm(join(folder, "CURRENT"));
      const error = await refusedUnchanged(folder);
      expect(error).to.be.instanceOf(StorageCorruptedError).and.to.include({ where: "CURRENT" });
    });

    it("a store of another format version, naming both", async () => {
      const folder = await createStore();
      await writeFile(join(folder, "rekindle.json"), '{"format":"rekindle","version":2}');
      const error = await refusedUnchanged(folder);
      expect(error).to.be.instanceOf(StorageFormatError);
      expect(error.message).to.include("version 2").and.to.include("version 1");
    });

    it("a store of another format", async () => {
      const folder = await createStore();
      await writeFile(join(folder, "rekindle.json"), '{"format":"other","version":1}');
      expect(await refusedUnchanged(folder)).to.be.instanceOf(StorageFormatError);
    });

    for (const text of ["", '{"format":"rek', "null", '{"format":"rekindle"}']) {
      it(`a store with the marker ${JSON.stringify(text)}`, async () => {
        const folder = await createStore();
        await writeFile(join(folder, "rekindle.json"), text);
        const error = await refusedUnchanged(folder);
        expect(error).to.be.instanceOf(StorageCorruptedError).and.to.include({ where: "rekindle.json" });
      });
    }
  });

  it("reports a file in place of the folder", async () => {
    await writeFile(fixture.path("file"), "");
    for (const location of [fixture.path("file"), fixture.path("file", "store")]) {
      const error = await rejection(fixture.open({}, location));
      expect(error).to.be.instanceOf(StorageFailedError).and.to.include({ phase: "opening", location });
      expect(error.cause).to.be.instanceOf(Error);
      expect(error.message).to.include(location);
    }
  });

  it("reports a folder that cannot be made", async () => {
    const error = await rejection(fixture.open({}, "/proc/rekindle/store"));
    expect(error).to.be.instanceOf(StorageFailedError).and.to.include({ phase: "opening" });
  });

  it("reports what LevelDB finds to be corrupted, and can open another store afterwards", async () => {
    const folder = await createStore();
    for (const name of await readdir(folder)) if (name.startsWith("MANIFEST")) await truncate(join(folder, name), 20);
    const error = await rejection(fixture.open());
    expect(error).to.be.instanceOf(StorageCorruptedError);
    expect(error.cause).to.be.instanceOf(Error);
    await createStore(fixture.path("other"));
  });

  it("can be tried again after it failed", async () => {
    const folder = await createStore();
    const marker = await readFile(join(folder, "rekindle.json"));
    await writeFile(join(folder, "rekindle.json"), "");
    await rejection(fixture.open());
    await writeFile(join(folder, "rekindle.json"), marker);
    const { journal } = await fixture.open();
    expect(journal.highestOffset()).to.equal(1);
  });

  it("writes the owner while the store is open", async () => {
    const { close } = await fixture.open();
    const owner: unknown = JSON.parse(await readFile(fixture.path("store", "owner.json"), "utf8"));
    expect(owner).to.have.keys("pid", "host", "started").and.to.include({ pid: process.pid });
    await close();
    expect(await rejection(stat(fixture.path("store", "owner.json")))).to.include({ code: "ENOENT" });
  });
});
