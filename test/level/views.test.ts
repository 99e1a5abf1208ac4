/** Read models in the LevelDB store beyond the contract: events in the same commit, scrub, damage, export, salvage, outage. */
import { expect } from "chai";
import { exportStore, importStore, salvageStore } from "rekindle/level";
import type { OpenStorage } from "#src/storage/storage.js";
import type { ViewStore } from "#src/storage/view-store.js";
import { rejection } from "../support/waiting.ts";
import { damage } from "./raw-store.ts";
import { added, request, StoreFixture } from "./store-fixture.ts";

const view = { name: "sales", generation: 1 };
const step = { ...view, slice: 0 };

describe("the views of a level store", () => {
  const fixture = new StoreFixture();

  async function openFilled(): Promise<{ store: OpenStorage; views: ViewStore }> {
    const store = await fixture.open();
    const { views } = store;
    if (!views) throw new Error("it keeps no views");
    await store.journal.append(request("cart|1", 1, added(1), added(2)));
    await views.begin("sales", [0]);
    await views.commit({ ...step, expectedOffset: 0, offset: 2, changes: [{ key: "a", text: '"x"' }] });
    return { store, views };
  }

  async function eventsOf({ journal }: OpenStorage, persistenceId: string): Promise<(readonly [number, number])[]> {
    const found: (readonly [number, number])[] = [];
    for await (const batch of journal.read(persistenceId)) {
      for (const { sequenceNr, offset } of batch) found.push([sequenceNr, offset]);
    }
    return found;
  }

  function emitted(id: string, ...ns: number[]): ReturnType<typeof request> {
    return request(id, 0, ...ns.map((n) => added(n)));
  }

  it("store events in the commit of the changes, behind whatever the streams end with", async () => {
    const { store, views } = await openFilled();
    const pending = store.journal.append(request("cart|1", 3, added(3)));
    const events = [emitted("cart|1", 4), emitted("mail|1", 1, 2), emitted("cart|1", 5)];
    const offsets = await views.commit({ ...step, expectedOffset: 2, offset: 3, changes: [], events });
    expect(await pending).to.equal(3);
    expect(offsets).to.have.lengthOf(3);
    expect(await eventsOf(store, "cart|1")).to.deep.equal([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, offsets[0]],
      [5, offsets[2]],
    ]);
    expect(await eventsOf(store, "mail|1")).to.deep.equal([
      [1, offsets[1]],
      [2, (offsets[1] ?? 0) + 1],
    ]);
    expect(store.journal.highestOffset()).to.equal(7);
    expect((await store.maintenance.verify()).faults).to.deep.equal([]);
  });

  for (const [change, begin] of [
    ["a generation is begun", (views: ViewStore, name: string) => views.begin(name, [0])],
    ["another one is divided", (views: ViewStore, name: string) => views.layOut({ name, generation: 2 }, [0, 0])],
    ["another one is dropped", (views: ViewStore, name: string) => views.drop(name, 2)],
    ["it is made the only one", (views: ViewStore, name: string) => views.switchTo({ name, generation: 1 })],
  ] as const) {
    it(`keep the place of a commit that comes while ${change}`, async () => {
      const { views } = await openFilled();
      for (let pause = 0; pause < 12; pause++) {
        const name = `sales ${pause}`;
        for (const offsets of [[2], [0]]) await views.begin(name, offsets);
        const changing = begin(views, name);
        for (let turn = 0; turn < pause; turn++) await Promise.resolve();
        await views.commit({ ...step, name, expectedOffset: 2, offset: 3, changes: [] });
        await changing;
        expect((await views.find(name))?.generations[0]).to.deep.equal({ generation: 1, offsets: [3] });
      }
    });
  }

  it("store no event with a step that does not follow", async () => {
    const { store, views } = await openFilled();
    await rejection(
      views.commit({ ...step, expectedOffset: 1, offset: 3, changes: [], events: [emitted("mail|1", 1)] }),
    );
    expect(await eventsOf(store, "mail|1")).to.deep.equal([]);
    expect(await store.journal.append(request("mail|1", 1, added(1)))).to.equal(3);
  });

  it("are proved by a scrub", async () => {
    const { store } = await openFilled();
    expect((await store.maintenance.verify()).faults).to.deep.equal([]);
    await store.close();
    await damage(fixture.path("store"), `vsales\0${"1".padStart(16, "0")}a`);
    const again = await fixture.open();
    const { faults } = await again.maintenance.verify();
    expect(faults).to.deep.equal([{ where: 'the entry "a" of the view "sales"', problem: "it is damaged" }]);
    const read = again.views?.get(view, "a") ?? Promise.resolve();
    expect(await rejection(read)).to.have.property("code", "STORAGE_CORRUPTED");
  });

  it("are in a backup, and in neither an export nor a salvaged store", async () => {
    const { store } = await openFilled();
    await store.maintenance.backup(fixture.path("backup"));
    await store.close();
    const backup = await fixture.open({}, fixture.path("backup"));
    expect(await backup.views?.get(view, "a")).to.equal("x");
    const lines: string[] = [];
    await exportStore(fixture.path("store"), async (line) => {
      lines.push(line);
    });
    await importStore(toAsync(lines), fixture.path("imported"));
    await salvageStore(fixture.path("store"), fixture.path("salvaged"));
    for (const name of ["imported", "salvaged"]) {
      const copy = await fixture.open({}, fixture.path(name));
      expect(copy.journal.highestOffset(), name).to.equal(2);
      expect(await copy.views?.list(), name).to.deep.equal([]);
    }
  });
});

async function* toAsync(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
