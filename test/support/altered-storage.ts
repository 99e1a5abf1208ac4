/** Any storage, with some methods replaced. */
import type { Storage } from "rekindle";
import type { Journal } from "#src/storage/journal.js";
import type { SnapshotStore } from "#src/storage/snapshot-store.js";

/** Makes replacements out of the store that is behind them. */
export interface Alterations {
  readonly journal?: (journal: Journal) => Partial<Journal>;
  readonly snapshots?: (snapshots: SnapshotStore) => Partial<SnapshotStore>;
}

export function alteredStorage(storage: Storage, alter: Alterations): Storage {
  return {
    description: storage.description,
    async open(context) {
      const store = await storage.open(context);
      return {
        journal: altered(store.journal, alter.journal?.(store.journal) ?? {}),
        snapshots: altered(store.snapshots, alter.snapshots?.(store.snapshots) ?? {}),
        maintenance: store.maintenance,
        close: () => store.close(),
      };
    },
  };
}

function altered<T extends object>(target: T, replacements: Partial<T>): T {
  return new Proxy(target, {
    get(_target, name) {
      if (Object.hasOwn(replacements, name)) return Reflect.get(replacements, name);
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
