/** Tools to break a system with: its journal, its snapshots, or one method of the library. */
import type { Storage } from "rekindle";
import type { Journal } from "#src/storage/journal.js";
import type { SnapshotStore } from "#src/storage/snapshot-store.js";
import type { OpenStorage } from "#src/storage/storage.js";
import type { Sabotage } from "./simulation.ts";

/** The methods that are replaced. */
type Replace<T> = (honest: T) => Partial<T>;

/** A journal with some methods replaced. */
export function withJournal(replace: Replace<Journal>): Sabotage {
  return { storage: (storage) => wrapped(storage, (open) => ({ ...open, journal: mixed(open.journal, replace) })) };
}

/** A snapshot store with some methods replaced. */
export function withSnapshots(replace: Replace<SnapshotStore>): Sabotage {
  return { storage: (storage) => wrapped(storage, (open) => ({ ...open, snapshots: mixed(open.snapshots, replace) })) };
}

function wrapped(storage: Storage, wrap: (open: OpenStorage) => OpenStorage): Storage {
  return { description: "sabotaged", open: async (context) => wrap(await storage.open(context)) };
}

function mixed<T extends object>(honest: T, replace: Replace<T>): T {
  const replaced = replace(honest);
  return new Proxy(honest, {
    get: (target, name) => {
      const own = Reflect.get(name in replaced ? replaced : target, name);
      return typeof own === "function" ? own.bind(name in replaced ? replaced : target) : own;
    },
  });
}

/** A class of the library with one method replaced. */
export function withMethod<T extends object, Name extends keyof T>(
  owner: T,
  name: Name,
  replace: (honest: T[Name]) => T[Name],
): Sabotage {
  return {
    patch: () => {
      const honest = owner[name];
      owner[name] = replace(honest);
      return () => {
        owner[name] = honest;
      };
    },
  };
}

/** Every so many calls. */
export function oneIn(count: number): () => boolean {
  let calls = 0;
  return () => ++calls % count === 0;
}
