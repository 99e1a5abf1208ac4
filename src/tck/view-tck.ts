/** The contract of a place for read models as a test suite: whoever passes it can be given to a projection. */
import assert from "node:assert/strict";
import { ViewConflictError } from "../errors/view-conflict-error.ts";
import type { ViewChange, ViewCommit, ViewEntry, ViewRange, ViewStore } from "../storage/view-store.ts";
import { jsonSamples } from "./json-samples.ts";
import { globalRunner, type TestRunner } from "./runner.ts";

/** A view store that is open, and how it is left. */
export interface OpenViews {
  readonly views: ViewStore;
  /** Closes it and opens what is stored anew. Default: what survives a closing is not tested. */
  readonly reopen?: () => Promise<ViewStore>;
  /** Closes it and removes what it left behind. */
  readonly close?: () => Promise<void>;
}

const view = { name: "sales", generation: 1 };

/**
 * Defines one suite `name` with a case for every promise of the port.
 *
 * @param open gives an empty store; called before each case
 * @throws TypeError when no runner is given and none is running
 */
export function viewTck(name: string, open: () => Promise<OpenViews>, runner: TestRunner = globalRunner()): void {
  const { describe, it, beforeEach, afterEach } = runner;
  let opened: OpenViews | undefined;
  let views: ViewStore;

  function step(expectedOffset: number, offset: number, ...changes: readonly ViewChange[]): ViewCommit {
    return { ...view, slice: 0, expectedOffset, offset, changes };
  }

  async function keys(range?: ViewRange, version: typeof view = view): Promise<string[]> {
    const all: ViewEntry[] = [];
    for await (const batch of views.entries(version, range)) all.push(...batch);
    return all.map(([key]) => key);
  }

  async function offsets(generation = 1): Promise<readonly number[] | undefined> {
    const stored = await views.find(view.name);
    return stored?.generations.find((one) => one.generation === generation)?.offsets;
  }

  async function conflicts(commit: ViewCommit): Promise<void> {
    await assert.rejects(views.commit(commit), ViewConflictError);
  }

  describe(name, () => {
    beforeEach(async () => {
      opened = await open();
      views = opened.views;
    });
    afterEach(async () => {
      await opened?.close?.();
    });

    it("knows no view that was not begun", async () => {
      assert.equal(await views.find("sales"), undefined);
      assert.deepEqual(await views.list(), []);
      await conflicts(step(0, 1));
    });

    it("begins a view at the offsets that it is given; the first generation is live", async () => {
      assert.deepEqual(await views.begin("sales", [0, 7]), {
        name: "sales",
        live: 1,
        generations: [{ generation: 1, offsets: [0, 7] }],
      });
      assert.deepEqual(await offsets(), [0, 7]);
    });

    it("stores changes with the place", async () => {
      await views.begin("sales", [0]);
      await views.commit(step(0, 3, { key: "a", text: "1" }, { key: "b", text: '{"n":2}' }));
      assert.equal(await views.get(view, "a"), 1);
      assert.deepEqual(await views.get(view, "b"), { n: 2 });
      assert.equal(await views.get(view, "c"), undefined);
      assert.deepEqual(await offsets(), [3]);
    });

    it("replaces and deletes entries; the last change of a key counts", async () => {
      await views.begin("sales", [0]);
      await views.commit(step(0, 1, { key: "a", text: "1" }, { key: "b", text: "1" }));
      await views.commit(step(1, 2, { key: "a", text: "2" }, { key: "b" }, { key: "c", text: "1" }, { key: "c" }));
      assert.equal(await views.get(view, "a"), 2);
      assert.deepEqual(await keys(), ["a"]);
    });

    it("stores nothing of a commit that does not follow", async () => {
      await views.begin("sales", [0]);
      await views.commit(step(0, 3));
      await conflicts(step(0, 4, { key: "a", text: "1" }));
      await conflicts({ ...step(3, 4, { key: "a", text: "1" }), slice: 1 });
      await conflicts({ ...step(3, 4, { key: "a", text: "1" }), generation: 2 });
      assert.deepEqual(await keys(), []);
      assert.deepEqual(await offsets(), [3]);
    });

    it("lets slices go their own ways", async () => {
      await views.begin("sales", [0, 0, 0]);
      const [, second] = await Promise.allSettled([
        views.commit({ ...step(0, 5, { key: "a", text: "1" }), slice: 2 }),
        views.commit({ ...step(1, 5, { key: "b", text: "1" }), slice: 0 }),
        views.commit({ ...step(0, 9, { key: "c", text: "1" }), slice: 1 }),
      ]);
      assert.equal(second.status, "rejected");
      assert.deepEqual(await offsets(), [0, 9, 5]);
      assert.deepEqual(await keys(), ["a", "c"]);
    });

    it("divides a generation anew", async () => {
      await views.begin("sales", [4]);
      await views.layOut(view, [4, 4, 4]);
      assert.deepEqual(await offsets(), [4, 4, 4]);
      await views.commit({ ...step(4, 6), slice: 2 });
      assert.deepEqual(await offsets(), [4, 4, 6]);
    });

    it("gives back every JSON value", async () => {
      await views.begin("sales", [0]);
      const changes = jsonSamples.map((sample, n) => ({ key: `k${n}`, text: JSON.stringify(sample) }));
      await views.commit(step(0, 1, ...changes));
      for (const [n, { text }] of changes.entries()) assert.deepEqual(await views.get(view, `k${n}`), JSON.parse(text));
    });

    it("orders keys by their bytes, whatever is in them", async () => {
      await views.begin("sales", [0]);
      const sorted = ["\u0001", "%00", "A", "B", "a", "a\u0001", "a%", "aa", "é", "담음", "\uffee", "😀"];
      const changes = sorted.toReversed().map((key) => ({ key, text: JSON.stringify(key) }));
      await views.commit(step(0, 1, ...changes));
      assert.deepEqual(await keys(), sorted);
      for (const key of sorted) assert.equal(await views.get(view, key), key);
    });

    it("reads ranges", async () => {
      await views.begin("sales", [0]);
      await views.commit(step(0, 1, ...[..."fbdace"].map((key) => ({ key, text: "0" }))));
      assert.deepEqual(await keys({ gte: "b", lt: "e" }), ["b", "c", "d"]);
      assert.deepEqual(await keys({ gt: "b", lte: "e" }), ["c", "d", "e"]);
      assert.deepEqual(await keys({ reverse: true, limit: 2 }), ["f", "e"]);
      assert.deepEqual(await keys({ lt: "e", reverse: true, limit: 2 }), ["d", "c"]);
      assert.deepEqual(await keys({ gt: "e", lt: "b" }), []);
      assert.deepEqual(await keys({ limit: 0 }), []);
    });

    it("reads more entries than one batch holds", async () => {
      await views.begin("sales", [0]);
      const many = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(4, "0"));
      await views.commit(step(0, 1, ...many.map((key) => ({ key, text: "0" }))));
      assert.deepEqual(await keys(), many);
    });

    it("keeps views and generations apart, names that begin alike included", async () => {
      for (const other of ["sale", "sales", "sales%00", "sales%", "salesx"]) {
        await views.begin(other, [0]);
        await views.commit({ ...step(0, 1, { key: "of", text: JSON.stringify(other) }), name: other });
      }
      for (const { name: other } of await views.list()) {
        assert.equal(await views.get({ name: other, generation: 1 }, "of"), other);
        assert.deepEqual(await keys({}, { name: other, generation: 1 }), ["of"]);
      }
      const names = (await views.list()).map((stored) => stored.name);
      assert.deepEqual(names.toSorted(), ["sale", "sales", "sales%00", "sales%", "salesx"].toSorted());
    });

    it("builds a generation beside the live one, and switches to it at once", async () => {
      await views.begin("sales", [0]);
      await views.commit(step(0, 5, { key: "a", text: '"old"' }, { key: "gone", text: "1" }));
      const both = await views.begin("sales", [0, 0]);
      assert.equal(both.live, 1);
      assert.deepEqual(both.generations[1], { generation: 2, offsets: [0, 0] });
      const next = { name: "sales", generation: 2 };
      await views.commit({ ...next, slice: 1, expectedOffset: 0, offset: 5, changes: [{ key: "a", text: '"new"' }] });
      assert.equal(await views.get(view, "a"), "old");
      await views.commit(step(5, 6, { key: "b", text: "1" }));
      await views.switchTo(next);
      assert.deepEqual(await views.find("sales"), {
        name: "sales",
        live: 2,
        generations: [{ generation: 2, offsets: [0, 5] }],
      });
      assert.equal(await views.get(next, "a"), "new");
      assert.deepEqual(await keys({}, next), ["a"]);
      assert.deepEqual(await keys(), []);
      await conflicts(step(6, 7));
    });

    it("replaces a generation that was being built, and gives up one", async () => {
      await views.begin("sales", [0]);
      await views.begin("sales", [0]);
      const built = { name: "sales", generation: 2 };
      await views.commit({ ...built, slice: 0, expectedOffset: 0, offset: 5, changes: [{ key: "a", text: "1" }] });
      const again = await views.begin("sales", [0]);
      assert.equal(again.generations.length, 2);
      const generation = again.generations[1]?.generation ?? 0;
      assert.deepEqual(await keys({}, { name: "sales", generation }), []);
      await views.drop("sales", generation);
      assert.deepEqual(await views.find("sales"), {
        name: "sales",
        live: 1,
        generations: [{ generation: 1, offsets: [0] }],
      });
    });

    it("drops a view without a trace", async () => {
      await views.begin("sales", [0]);
      await views.commit(step(0, 5, { key: "a", text: "1" }));
      await views.drop("sales");
      await views.drop("sales");
      assert.deepEqual(await views.list(), []);
      await views.begin("sales", [0]);
      assert.deepEqual(await keys(), []);
    });

    it("has everything after it was opened anew", async () => {
      await views.begin("sales", [0, 0]);
      await views.commit({ ...step(0, 5, { key: "a", text: "1" }), slice: 1 });
      await views.begin("sales", [3]);
      views = (await opened?.reopen?.()) ?? views;
      assert.deepEqual(await views.find("sales"), {
        name: "sales",
        live: 1,
        generations: [
          { generation: 1, offsets: [0, 5] },
          { generation: 2, offsets: [3] },
        ],
      });
      assert.equal(await views.get(view, "a"), 1);
      await views.commit({ ...step(5, 6, { key: "a", text: "2" }), slice: 1 });
      assert.equal(await views.get(view, "a"), 2);
    });
  });
}
