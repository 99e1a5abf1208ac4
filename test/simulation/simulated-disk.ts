/** What outlives a crash: every event and snapshot that was stored. It knows the truth, also about what was deleted since. */
import type { AppendRequest } from "#src/storage/journal.js";
import { assertFollows } from "#src/storage/journal.js";
import type { SnapshotRecord } from "#src/storage/snapshot-store.js";
import { noMetadata, type StoredEvent } from "#src/storage/stored-event.js";

/** A snapshot on the disk. */
export interface DiskSnapshot extends SnapshotRecord {
  readonly timestamp: number;
  /** It cannot be read back. */
  damaged: boolean;
}

interface Stream {
  readonly events: StoredEvent[];
  deletedTo: number;
  readonly snapshots: Map<number, DiskSnapshot>;
}

/** The disk of one simulation. */
export class SimulatedDisk {
  readonly #streams = new Map<string, Stream>();
  /** Every event that was ever stored, at the index `offset - 1`. */
  readonly log: StoredEvent[] = [];
  readonly #onStored: (event: StoredEvent) => void;
  #lastTimestamp = 0;

  constructor(onStored: (event: StoredEvent) => void) {
    this.#onStored = onStored;
  }

  get persistenceIds(): string[] {
    return [...this.#streams].filter(([, { events }]) => events.length > 0).map(([id]) => id);
  }

  /** Stores at once; gives the offset of the first event. @throws VersionConflictError */
  store(request: AppendRequest): number {
    const { persistenceId, entityType, entityId } = request;
    const stream = this.#stream(persistenceId);
    assertFollows(request, stream.events.length);
    const first = this.log.length + 1;
    for (const { payload, metadata, receipt, ...record } of request.events) {
      const event: StoredEvent = {
        ...record,
        persistenceId,
        entityType,
        entityId,
        offset: this.log.length + 1,
        sequenceNr: stream.events.length + 1,
        metadata: metadata === undefined ? noMetadata : JSON.parse(metadata),
        payload: JSON.parse(payload),
        receipt: receipt === undefined ? undefined : JSON.parse(receipt),
      };
      stream.events.push(event);
      this.log.push(event);
      this.#onStored(event);
    }
    return first;
  }

  /** The events that are kept, both bounds included. */
  kept(persistenceId: string, from = 1, to = Number.POSITIVE_INFINITY): StoredEvent[] {
    const { events, deletedTo } = this.#stream(persistenceId);
    return events.slice(Math.max(from - 1, deletedTo, 0), Math.max(0, to));
  }

  event(persistenceId: string, sequenceNr: number): StoredEvent | undefined {
    return this.#stream(persistenceId).events[sequenceNr - 1];
  }

  isKept({ persistenceId, sequenceNr }: StoredEvent): boolean {
    return sequenceNr > this.#stream(persistenceId).deletedTo;
  }

  highest(persistenceId: string): number {
    return this.#stream(persistenceId).events.length;
  }

  deleteTo(persistenceId: string, toSequenceNr: number): void {
    const stream = this.#stream(persistenceId);
    stream.deletedTo = Math.max(stream.deletedTo, Math.min(toSequenceNr, stream.events.length));
  }

  saveSnapshot(record: SnapshotRecord, now: number, damaged: boolean): DiskSnapshot {
    this.#lastTimestamp = Math.max(this.#lastTimestamp, now);
    const snapshot = { ...record, timestamp: this.#lastTimestamp, damaged };
    this.#stream(record.persistenceId).snapshots.set(record.sequenceNr, snapshot);
    return snapshot;
  }

  /** The newest first. */
  snapshots(persistenceId: string): DiskSnapshot[] {
    return [...this.#stream(persistenceId).snapshots.values()].sort((a, b) => b.sequenceNr - a.sequenceNr);
  }

  deleteSnapshot(persistenceId: string, sequenceNr: number): void {
    this.#stream(persistenceId).snapshots.delete(sequenceNr);
  }

  #stream(persistenceId: string): Stream {
    const known = this.#streams.get(persistenceId);
    if (known) return known;
    const stream: Stream = { events: [], deletedTo: 0, snapshots: new Map() };
    this.#streams.set(persistenceId, stream);
    return stream;
  }
}
