/** What a store reports reaches whoever opens it, or writes to it, as it is. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ActorSystem, PersistFailedError, type Storage, StorageFullError, StorageLockedError } from "rekindle";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage } from "rekindle/testkit";
import { onEveryStorage, temporaryFolder } from "../support/every-storage.ts";
import { note, notebook } from "../support/notebook.ts";
import { startSystem } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

describe("ActorSystem.create", () => {
  const folder = temporaryFolder();

  it("rejects with the very error of a store that cannot be opened", async () => {
    const damaged = new Error("damaged beyond repair");
    const storage: Storage = { description: "broken", open: () => Promise.reject(damaged) };
    expect(await rejection(ActorSystem.create("test", { storage }))).to.equal(damaged);
  });

  it("rejects with the typed error of a place where no store can be", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "in the way");
    const error = await rejection(ActorSystem.create("test", { storage: levelStorage(join(file, "store")) }));
    expect(error)
      .to.have.property("code")
      .that.matches(/^STORAGE_/);
    expect(error).to.have.property("location", join(file, "store"));
  });

  for (const storage of [{}, "data", 7]) {
    it(`refuses ${JSON.stringify(storage)} as a storage`, async () => {
      const error = await rejection(ActorSystem.create("test", { storage: storage as never }));
      expect(error)
        .to.be.instanceOf(TypeError)
        .and.to.have.property("message")
        .that.includes("storage must be made by");
    });
  }
});

onEveryStorage((newStorage) => {
  describe("a store that is in use", () => {
    it("is refused to a second system, and the first one goes on", async () => {
      const storage = newStorage();
      const system = await startSystem({ storage });
      expect(await rejection(ActorSystem.create("test", { storage }))).to.be.instanceOf(StorageLockedError);
      expect(await system.entityRef(notebook(), "1").ask(note("a"))).to.equal(1);
      await system.terminate();
      const next = await startSystem({ storage });
      expect(await next.entityRef(notebook(), "1").ask(note("b"))).to.equal(2);
    });
  });
});

describe("a store that fails", () => {
  it("is the cause of the error that the asker gets", async () => {
    const faults = faultyStorage(memoryStorage());
    const system = await startSystem({ storage: faults });
    const full = new StorageFullError("here");
    faults.failNext("append", undefined, full);
    const error = await rejection(system.entityRef(notebook(), "1").ask(note("a")));
    expect(error).to.be.instanceOf(PersistFailedError).and.to.have.property("cause", full);
  });
});
