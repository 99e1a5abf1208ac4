/** Every backend of this package that keeps read models against their contract. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { sqliteViews } from "rekindle/sqlite";
import { type OpenViews, viewTck } from "rekindle/tck";
import { systemClock } from "#src/clock.js";
import type { OpenStorage, Storage } from "#src/storage/storage.js";
import type { ViewStore } from "#src/storage/view-store.js";
import { rejection } from "../support/waiting.ts";
import { collectCases } from "./collecting-runner.ts";

describe("view store contract", () => {
  viewTck("memoryStorage", () => openIn(memoryStorage()));

  describe("on a disk", () => {
    viewTck("levelStorage", async () => {
      const folder = await mkdtemp(join(tmpdir(), "rekindle-views-"));
      return openIn(levelStorage(folder), () => rm(folder, { recursive: true, force: true }));
    });

    viewTck("sqliteViews", async () => {
      const folder = await mkdtemp(join(tmpdir(), "rekindle-views-"));
      let views = sqliteViews(join(folder, "views.db"));
      return {
        views,
        async reopen() {
          views.close();
          views = sqliteViews(join(folder, "views.db"));
          return views;
        },
        async close() {
          views.close();
          await rm(folder, { recursive: true, force: true });
        },
      };
    });
  });
});

describe("viewTck", () => {
  const faults: readonly (readonly [
    does: string,
    caughtBy: string,
    broken: (views: ViewStore) => Partial<ViewStore>,
  ])[] = [
    [
      "stores a step from anywhere",
      "stores nothing of a commit that does not follow",
      (views) => ({ commit: (given) => views.commit(given).catch(() => []) }),
    ],
    [
      "stores the place without the changes",
      "stores changes with the place",
      (views) => ({ commit: (given) => views.commit({ ...given, changes: [] }) }),
    ],
    [
      "shows one generation in place of another",
      "builds a generation beside the live one, and switches to it at once",
      (views) => ({ get: ({ name }, key) => views.get({ name, generation: 2 }, key) }),
    ],
    [
      "does not mind the order",
      "orders keys by their bytes, whatever is in them",
      (views) => ({ entries: (version, range) => views.entries(version, { ...range, reverse: true }) }),
    ],
    ["drops nothing", "drops a view without a trace", () => ({ drop: async () => undefined })],
  ];

  for (const [does, caughtBy, broken] of faults) {
    it(`catches a store that ${does}: ${caughtBy}`, async () => {
      const open = async (): Promise<OpenViews> => {
        const { views } = await openIn(memoryStorage());
        const whole: ViewStore = {
          description: "broken",
          takesEvents: false,
          list: () => views.list(),
          find: (name) => views.find(name),
          begin: (name, offsets) => views.begin(name, offsets),
          layOut: (version, offsets) => views.layOut(version, offsets),
          commit: (given) => views.commit(given),
          get: (version, key) => views.get(version, key),
          entries: (version, range) => views.entries(version, range),
          switchTo: (version) => views.switchTo(version),
          drop: (name, generation) => views.drop(name, generation),
        };
        return { views: { ...whole, ...broken(views) } };
      };
      const cases = collectCases((runner) => viewTck("a store", open, runner));
      const [chosen] = cases.filter(({ name }) => name.includes(caughtBy));
      expect(await rejection(chosen?.run() ?? Promise.resolve())).to.be.instanceOf(Error);
    });
  }
});

async function openIn(storage: Storage, remove?: () => Promise<void>): Promise<OpenViews> {
  const open = (): Promise<OpenStorage> => storage.open({ clock: systemClock, onFailure: () => undefined });
  let store = await open();
  return {
    views: viewsOf(store),
    async reopen() {
      await store.close();
      store = await open();
      return viewsOf(store);
    },
    async close() {
      await store.close();
      await remove?.();
    },
  };
}

function viewsOf({ views }: OpenStorage): ViewStore {
  if (!views) throw new Error("this storage keeps no views");
  return views;
}
