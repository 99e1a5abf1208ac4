/** Every backend of this package against the contract, and the contract against storages that break it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { type StorageCapabilities, storageTck } from "rekindle/tck";
import { systemClock } from "#src/clock.js";
import type { Storage } from "#src/storage/storage.js";
import { type CollectedCase, collectCases } from "./collecting-runner.ts";
import { journalFaults } from "./journal-faults.ts";
import { lifecycleFaults } from "./lifecycle-faults.ts";
import { snapshotFaults } from "./snapshot-faults.ts";
import { tailFaults } from "./tail-faults.ts";

describe("storage contract", () => {
  storageTck("memoryStorage", memoryStorage);

  describe("on a disk", function () {
    this.timeout(60_000);
    let folder = "";
    storageTck(
      "levelStorage",
      async () => {
        folder = await mkdtemp(join(tmpdir(), "rekindle-tck-"));
        return levelStorage(folder);
      },
      { remove: () => rm(folder, { recursive: true, force: true }) },
    );
  });
});

describe("storageTck", () => {
  function cases(openStorage: () => Storage, capabilities: StorageCapabilities = {}): readonly CollectedCase[] {
    return collectCases((runner) => storageTck("a storage", openStorage, { ...capabilities, runner }));
  }

  function caseNames(capabilities?: StorageCapabilities): readonly string[] {
    return cases(memoryStorage, capabilities).map(({ name }) => name);
  }

  /** The messages of the cases that fail, one after the other, for they share the store under test. */
  async function failures(chosen: readonly CollectedCase[]): Promise<readonly string[]> {
    const messages: string[] = [];
    for (const { name, run } of chosen) await run().catch((error: unknown) => messages.push(`${name}: ${error}`));
    return messages;
  }

  for (const { does, caughtBy, openStorage } of [
    ...journalFaults,
    ...tailFaults,
    ...snapshotFaults,
    ...lifecycleFaults,
  ]) {
    it(`catches a storage that ${does}: ${caughtBy}`, async () => {
      const chosen = cases(openStorage).filter(({ name }) => `${name} `.includes(` ${caughtBy} `));
      expect(chosen, "cases of that name").to.have.lengthOf(1);
      expect(await failures(chosen)).to.have.lengthOf(1);
    });
  }

  it("has every case of the reference suites under its number", () => {
    const names = caseNames();
    for (let number = 1; number <= 22; number++) {
      expect(names.filter((name) => name.includes(` J${number} `))).to.have.lengthOf(1);
    }
    for (let number = 1; number <= 13; number++) {
      expect(names.filter((name) => name.includes(` SN${number} `))).to.have.length.above(0);
    }
  });

  it("gives every case a name of its own", () => {
    const names = caseNames();
    expect(new Set(names).size).to.equal(names.length);
  });

  it("leaves out what a storage says it does not do", () => {
    const all = caseNames();
    const volatile = caseNames({ survivesReopen: false });
    const shared = caseNames({ exclusive: false });
    expect(volatile).to.deep.equal(all.filter((name) => !name.includes(" a storage that is opened again ")));
    expect(shared).to.deep.equal(all.filter((name) => !name.includes(" a storage that is open ")));
    expect([volatile.length, shared.length]).to.deep.equal([all.length - 7, all.length - 2]);
  });

  it("passes a storage that forgets, once it says so", async () => {
    const forgetful: Storage = { description: "forgetful", open: (context) => memoryStorage().open(context) };
    const options = { survivesReopen: false, exclusive: false };
    const chosen = cases(() => forgetful, options).filter(({ name }) => name.includes(" closing "));
    expect(chosen).to.have.length.above(0);
    expect(await failures(chosen)).to.deep.equal([]);
  });

  it("tries snapshots as large as the storage says", () => {
    expect(caseNames({ snapshotBytes: 20 }).join()).to.include("(20 bytes)");
  });

  it("removes what a case left behind, after closing and also when the case failed", async () => {
    const removed: string[] = [];
    const remove = async (storage: Storage): Promise<void> => {
      const reopened = await storage.open({ clock: systemClock, onFailure: () => undefined });
      await reopened.close();
      removed.push(storage.description);
    };
    const fault = journalFaults.find(({ caughtBy }) => caughtBy === "J1");
    for (const openStorage of [memoryStorage, fault?.openStorage ?? memoryStorage]) {
      await failures(cases(openStorage, { remove }).filter(({ name }) => name.includes(" J1 ")));
    }
    expect(removed).to.deep.equal(["memory", "broken"]);
  });

  it("waits for a storage that takes time to make", async () => {
    const later = collectCases((runner) => storageTck("a storage", async () => memoryStorage(), { runner }));
    expect(await failures(later.slice(0, 3))).to.deep.equal([]);
  });

  for (const name of ["describe", "it", "beforeEach", "afterEach"]) {
    it(`says what to do when there is no global ${name}`, () => {
      const original: unknown = Reflect.get(globalThis, name);
      Reflect.deleteProperty(globalThis, name);
      try {
        expect(() => storageTck("a storage", memoryStorage)).to.throw(TypeError, /hand them in: \{ runner:/);
      } finally {
        Reflect.set(globalThis, name, original);
      }
    });
  }
});
