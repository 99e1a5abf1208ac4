/** Snapshot stores that each break one promise. */
import type { SnapshotCriteria, SnapshotStore, StoredSnapshot } from "#src/storage/snapshot-store.js";
import { type Fault, snapshotFault } from "./fault.ts";

function loads(does: string, caughtBy: string, change: (snapshot: StoredSnapshot) => StoredSnapshot): Fault {
  return snapshotFault(does, caughtBy, (snapshots) => ({
    async load(persistenceId, criteria) {
      const snapshot = await snapshots.load(persistenceId, criteria);
      return snapshot && change(snapshot);
    },
  }));
}

function ignores(bound: keyof SnapshotCriteria, caughtBy: string): Fault {
  return snapshotFault(`ignores ${bound}`, caughtBy, (snapshots) => ({
    load: (persistenceId, criteria) => snapshots.load(persistenceId, { ...criteria, [bound]: undefined }),
    deleteMatching: (persistenceId, criteria) =>
      snapshots.deleteMatching(persistenceId, { ...criteria, [bound]: undefined }),
  }));
}

function deletes(
  does: string,
  caughtBy: string,
  remove: (snapshots: SnapshotStore, ...args: Parameters<SnapshotStore["delete"]>) => Promise<void>,
): Fault {
  return snapshotFault(does, caughtBy, (snapshots) => ({ delete: (...args) => remove(snapshots, ...args) }));
}

export const snapshotFaults: readonly Fault[] = [
  ignores("maxSequenceNr", "SN3"),
  ignores("maxSequenceNr", "SN5"),
  ignores("maxTimestamp", "SN2"),
  ignores("maxTimestamp", "SN9"),
  ignores("minSequenceNr", "load nothing below a lower bound"),
  ignores("minTimestamp", "delete between bounds,"),
  loads("loses the metadata", "SN13", (snapshot) => ({ ...snapshot, metadata: {} })),
  loads("loses the schema version", "SN13", (snapshot) => ({ ...snapshot, schemaVersion: 1 })),
  loads("turns -0 into 0", "SN12", (snapshot) => ({ ...snapshot, state: JSON.parse(JSON.stringify(snapshot.state)) })),
  snapshotFault("loads the oldest", "SN4", (snapshots) => ({
    async load(persistenceId, criteria) {
      const oldest = (await snapshots.list(persistenceId, criteria)).at(-1);
      return oldest && snapshots.load(persistenceId, { maxSequenceNr: oldest.sequenceNr });
    },
  })),
  snapshotFault("loads the latest saved instead of the highest", "order by number,", (snapshots) => {
    const saved: number[] = [];
    return {
      save(snapshot) {
        saved.push(snapshot.sequenceNr);
        return snapshots.save(snapshot);
      },
      async load(persistenceId, criteria) {
        const latest = await snapshots.load(persistenceId, criteria);
        return latest && snapshots.load(persistenceId, { minSequenceNr: saved.at(-1), maxSequenceNr: saved.at(-1) });
      },
    };
  }),
  snapshotFault("keeps the first of those saved at one sequence number", "SN10", (snapshots) => ({
    async save(snapshot) {
      const { sequenceNr, persistenceId } = snapshot;
      const [first] = await snapshots.list(persistenceId, { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr });
      return first ?? snapshots.save(snapshot);
    },
  })),
  snapshotFault("lets saves overtake each other", "four snapshots saved at once at sequence number 2", (snapshots) => {
    let turns = 100;
    return {
      async save(snapshot) {
        turns -= 10;
        for (let rest = turns; rest > 0; rest--) await undefined;
        return snapshots.save(snapshot);
      },
    };
  }),
  snapshotFault("lists the oldest first", "list what matches,", (snapshots) => ({
    list: async (persistenceId, criteria) => (await snapshots.list(persistenceId, criteria)).toReversed(),
  })),
  snapshotFault("lists everything", "list what matches,", (snapshots) => ({
    list: (persistenceId) => snapshots.list(persistenceId),
  })),
  snapshotFault("takes the time from another clock", "take the time from the clock", (snapshots) => ({
    save: async (snapshot) => ({ ...(await snapshots.save(snapshot)), timestamp: Date.now() }),
  })),
  deletes(
    "deletes whatever the timestamp",
    "timestamp is lower than the stored one",
    (snapshots, persistenceId, sequenceNr) => snapshots.delete(persistenceId, sequenceNr),
  ),
  deletes(
    "deletes up to a timestamp",
    "timestamp is higher than the stored one",
    (snapshots, persistenceId, sequenceNr, timestamp) =>
      snapshots.deleteMatching(persistenceId, {
        minSequenceNr: sequenceNr,
        maxSequenceNr: sequenceNr,
        maxTimestamp: timestamp,
      }),
  ),
  deletes(
    "takes timestamp 0 for a time",
    "SN7 with timestamp 0,",
    async (snapshots, persistenceId, sequenceNr, timestamp) => {
      if (timestamp !== 0) await snapshots.delete(persistenceId, sequenceNr, timestamp);
    },
  ),
  deletes(
    "deletes all up to the sequence number",
    "SN7 delete a single snapshot",
    (snapshots, persistenceId, sequenceNr) => snapshots.deleteMatching(persistenceId, { maxSequenceNr: sequenceNr }),
  ),
  deletes(
    "fails when there is nothing to delete",
    "delete nothing if the snapshot is not there",
    async (snapshots, persistenceId, sequenceNr) => {
      const [found] = await snapshots.list(persistenceId, { minSequenceNr: sequenceNr, maxSequenceNr: sequenceNr });
      if (!found) throw new Error("no such snapshot");
      await snapshots.delete(persistenceId, sequenceNr);
    },
  ),
  snapshotFault("deletes nothing that matches", "SN8", () => ({ deleteMatching: async () => undefined })),
  snapshotFault(
    "loads snapshots of ids that begin with the id",
    "snapshots of strange ids are loaded apart",
    (snapshots) => {
      const ids: string[] = [];
      return {
        save(snapshot) {
          ids.push(snapshot.persistenceId);
          return snapshots.save(snapshot);
        },
        load: (persistenceId, criteria) =>
          snapshots.load(ids.findLast((id) => id.startsWith(persistenceId)) ?? persistenceId, criteria),
      };
    },
  ),
  snapshotFault("refuses large states", "SN11", (snapshots) => ({
    async save(snapshot) {
      if (snapshot.state.length > 10_000) throw new Error("the value is too large");
      return snapshots.save(snapshot);
    },
  })),
];
