/** A new log's name is made durable before anything in it is acknowledged. */
import { appendFile, mkdtemp, open, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { LogInUse } from "#src/level/commit/log-in-use.js";
import { addedMany, collect, request, StoreFixture } from "./store-fixture.ts";

/** Counts the syncs of folders while `work` runs, and calls `onSync` at each. */
async function folderSyncs(
  folder: string,
  work: () => Promise<unknown>,
  onSync: () => Promise<unknown> = async () => undefined,
): Promise<number> {
  const probe = await open(folder, "r");
  const handles: { sync: () => Promise<void> } = Object.getPrototypeOf(probe);
  await probe.close();
  const { sync } = handles;
  let count = 0;
  handles.sync = async function counted(this: typeof probe) {
    if ((await this.stat()).isDirectory()) {
      count++;
      await onSync();
    }
    await sync.call(this);
  };
  try {
    await work();
    return count;
  } finally {
    handles.sync = sync;
  }
}

describe("the log that LevelDB appends to", () => {
  const fixture = new StoreFixture();

  it("is followed to the next one, whose folder is synced", async () => {
    const folder = await mkdtemp(join(tmpdir(), "rekindle-log-"));
    await writeFile(join(folder, "000005.log"), "one");
    const log = await LogInUse.find(folder);
    expect(log).to.include({ number: 5, bytes: 3 });
    const quiet = await folderSyncs(folder, async () => {
      await appendFile(join(folder, "000005.log"), " and two");
      await log.written();
    });
    expect(quiet).to.equal(0);
    expect(log).to.include({ number: 5, bytes: 11 });
    const rotated = await folderSyncs(folder, async () => {
      await writeFile(join(folder, "000009.log"), "three");
      await log.written();
    });
    expect(rotated).to.equal(1);
    expect(log).to.include({ number: 9, bytes: 5 });
    await log.close();
    await rm(folder, { recursive: true });
  });

  it("has a name that is durable before the opening is over: LevelDB begins a new one then", async () => {
    await (await fixture.open()).close();
    const logs = async (): Promise<string[]> =>
      (await readdir(fixture.path("store"))).filter((name) => name.endsWith(".log"));
    const before = await logs();
    const synced = new Set<string>();
    await folderSyncs(
      fixture.path("store"),
      () => fixture.open(),
      async () => {
        for (const name of await logs()) synced.add(name);
      },
    );
    const begun = (await logs()).filter((name) => !before.includes(name));
    expect(begun).to.have.lengthOf(1);
    expect([...synced]).to.include.members(begun);
  });

  it("is a new one after sixteen MiB, and then the folder is synced once, before the acknowledgement", async () => {
    const { journal } = await fixture.open();
    const large = "x".repeat(200_000);
    const syncs = await folderSyncs(fixture.path(), async () => {
      for (let n = 1; n <= 100; n++) {
        const events = addedMany(n, 1).map((event) => ({ ...event, payload: JSON.stringify(large) }));
        await journal.append(request("cart|1", n, ...events));
      }
    });
    expect(syncs).to.equal(1);
    expect(await collect(journal.read("cart|1"))).to.have.length(100);
  }).timeout(30_000);
});
