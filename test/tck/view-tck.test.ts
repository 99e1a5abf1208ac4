/** Every backend of this package that keeps read models against their contract. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { sqliteViews } from "rekindle/sqlite";
import { type OpenViews, viewTck } from "rekindle/tck";
import { systemClock } from "#src/clock.js";
import type { OpenStorage, Storage } from "#src/storage/storage.js";
import type { ViewStore } from "#src/storage/view-store.js";

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
