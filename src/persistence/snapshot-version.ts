/** States of another schema version: migrated when the definition says how, otherwise discarded, never misread. */
import type { StoredSnapshot } from "../storage/snapshot-store.ts";

/** The version of a state whose definition declares none. */
export const firstSchemaVersion = 1;

/** What a definition says about the versions of its state. */
export interface StateVersions<S> {
  /**
   * The version of the state's shape, a whole number from 1; raise it with every change of that shape. A snapshot of another version is
   * discarded, and the events are replayed instead. Default 1.
   */
  readonly schemaVersion?: number;
  /**
   * Makes a state of the present version out of one of an earlier version; undefined discards it. Needed only where the events that led
   * to the state are deleted. Pure. Without it every other version is discarded.
   */
  readonly migrate?: (state: unknown, fromVersion: number) => S | undefined;
}

/** A snapshot with a state of the present version, or why there is none. */
export type ReadSnapshot = { readonly snapshot: StoredSnapshot } | { readonly unreadable: string };

/** The snapshot as the present code can use it. A newer version is never migrated: only newer code knows what is in it. */
export function readSnapshot<S>(stored: StoredSnapshot, versions: StateVersions<S> | undefined): ReadSnapshot {
  const { schemaVersion = firstSchemaVersion, migrate } = versions ?? {};
  const { sequenceNr, schemaVersion: from } = stored;
  if (from === schemaVersion) return { snapshot: stored };
  const unreadable = `the snapshot at ${sequenceNr} has schema version ${from}, the definition ${schemaVersion}`;
  if (from > schemaVersion) return { unreadable: `${unreadable}; run the newer code` };
  if (!migrate) return { unreadable: `${unreadable}; without the events, give snapshots.migrate` };
  try {
    const state: unknown = migrate(stored.state, from);
    if (state instanceof Promise) throw new TypeError("it returned a promise");
    if (state === undefined) return { unreadable: `${unreadable}, and snapshots.migrate discards it` };
    return { snapshot: { ...stored, schemaVersion, state } };
  } catch (error) {
    return { unreadable: `${unreadable}, and snapshots.migrate failed: ${String(error)}` };
  }
}
