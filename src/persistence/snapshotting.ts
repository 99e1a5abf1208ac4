/** Snapshots of one entity: when the rule wants one, saving it, and what becomes of older ones. */
import { encodeJson } from "../codec/encode-json.ts";
import type { SnapshotMetadata, SnapshotRecord } from "../storage/snapshot-store.ts";
import type { EntityHost } from "./entity-host.ts";
import type { SnapshotRule } from "./event-sourced.ts";
import type { Signal } from "./signal.ts";
import { firstSchemaVersion, readSnapshot } from "./snapshot-version.ts";

/** What asked for a snapshot: which part of the rule, or a command. */
export type SnapshotCause = "every" | "when" | "command";

/** The highest sequence number that retention deletes after a snapshot at `sequenceNr`; 0 for none. */
export function deleteUpperSequenceNr(sequenceNr: number, every: number, keep: number): number {
  return Math.max(0, sequenceNr - every * keep);
}

const nothingYet = Promise.resolve();

/** Saves and deletes the snapshots of one incarnation, one retention cycle at a time. */
export class Snapshotting<E, S> {
  readonly #rule: SnapshotRule<E, S> | undefined;
  readonly #persistenceId: string;
  readonly #host: Pick<EntityHost, "journal" | "snapshots">;
  readonly #signal: (signal: Signal) => void;
  #underWay: Set<Promise<void>> | undefined;
  #retention: Promise<void> = nothingYet;

  constructor(
    rule: SnapshotRule<E, S> | undefined,
    persistenceId: string,
    host: Pick<EntityHost, "journal" | "snapshots">,
    signal: (signal: Signal) => void,
  ) {
    this.#rule = rule;
    this.#persistenceId = persistenceId;
    this.#host = host;
    this.#signal = signal;
  }

  get idle(): boolean {
    return !this.#underWay?.size;
  }

  /** Resolves when no save and no retention is under way. */
  async settled(): Promise<void> {
    while (this.#underWay?.size) await Promise.all(this.#underWay);
  }

  /** Whether the rule wants a snapshot after this event: `"every"` and `"when"` say which part of it. */
  wanted(state: S, event: E, sequenceNr: number): SnapshotCause | undefined {
    const { every, when } = this.#rule ?? {};
    if (every !== undefined && sequenceNr % every === 0) return "every";
    return when?.(state, event, sequenceNr) ? "when" : undefined;
  }

  /** Whether the rule has wanted a snapshot among the events that were replayed after the last one. */
  missing(snapshotSequenceNr: number, sequenceNr: number): boolean {
    const every = this.#rule?.every;
    return every !== undefined && sequenceNr - (sequenceNr % every) > snapshotSequenceNr;
  }

  /**
   * The snapshot as it will be saved, made from the state of this moment.
   *
   * @param members of its metadata, as JSON text; undefined ones are left out
   * @throws SerializationError when JSON would damage the state
   */
  take(state: S, sequenceNr: number, ...members: readonly (string | undefined)[]): SnapshotRecord {
    const present = members.filter((member) => member !== undefined);
    return {
      persistenceId: this.#persistenceId,
      sequenceNr,
      schemaVersion: this.#rule?.schemaVersion ?? firstSchemaVersion,
      metadata: present.length === 0 ? undefined : `{${present.join(",")}}`,
      state: encodeJson(state, `snapshot at ${sequenceNr}`, this.#persistenceId),
    };
  }

  /** Saves; tells the outcome as a signal, and lets retention follow as the rule says. */
  save(snapshot: SnapshotRecord, by: SnapshotCause): void {
    this.#track(
      this.#host.snapshots.save(snapshot).then(
        (saved) => this.#saved(saved, by),
        (error: unknown) => this.failed(snapshot.sequenceNr, error),
      ),
    );
  }

  failed(sequenceNr: number, error: unknown): void {
    this.#signal({ type: "SnapshotFailed", sequenceNr, error: toError(error) });
  }

  #saved({ sequenceNr, timestamp }: SnapshotMetadata, by: SnapshotCause): void {
    this.#signal({ type: "SnapshotSaved", sequenceNr, timestamp });
    const upper = this.#deletableAfter(sequenceNr, by);
    if (upper === 0) return;
    this.#retention = this.#retention.then(() => this.#retain(sequenceNr, upper, this.#rule?.deleteEvents === true));
    this.#track(this.#retention);
  }

  /** Up to where the rule deletes after a snapshot; 0 for nothing. */
  #deletableAfter(sequenceNr: number, by: SnapshotCause): number {
    const { every, keep, deleteEvents } = this.#rule ?? {};
    if (by === "every" && every !== undefined && keep !== undefined)
      return deleteUpperSequenceNr(sequenceNr, every, keep);
    // Without a number to keep, a predicate that deletes events keeps what its snapshot needs: nothing before it.
    return by === "when" && keep === undefined && deleteEvents === true ? sequenceNr : 0;
  }

  #track(work: Promise<void>): void {
    this.#underWay ??= new Set();
    const underWay = this.#underWay;
    const tracked = work.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  }

  /** After a change of the state's shape the events stay until as many new snapshots as the rule keeps are there. */
  async #needsEvents(upper: number): Promise<boolean> {
    if (this.#rule?.schemaVersion === undefined) return false;
    const exactly = { minSequenceNr: upper, maxSequenceNr: upper };
    const oldest = await this.#host.snapshots.load(this.#persistenceId, exactly);
    return oldest !== undefined && "unreadable" in readSnapshot(oldest, this.#rule);
  }

  /** Snapshot, then events, then older snapshots: whatever happens in between, what is left is enough to recover. */
  async #retain(sequenceNr: number, upper: number, deleteEvents: boolean): Promise<void> {
    const { journal, snapshots } = this.#host;
    const toSequenceNr = deleteEvents ? upper - 1 : upper;
    try {
      if (deleteEvents) {
        // Events may only go when a snapshot that covers them has been read back whole.
        const verified = await snapshots.load(this.#persistenceId, { minSequenceNr: upper, maxSequenceNr: sequenceNr });
        if (!verified) throw new Error(`no snapshot from ${upper} to ${sequenceNr} can be read`);
        if (await this.#needsEvents(upper)) return;
        await journal.deleteTo(this.#persistenceId, upper);
        this.#signal({ type: "EventsDeleted", toSequenceNr: upper });
      }
      if (toSequenceNr === 0) return;
      await snapshots.deleteMatching(this.#persistenceId, { maxSequenceNr: toSequenceNr });
      this.#signal({ type: "SnapshotsDeleted", toSequenceNr });
    } catch (error) {
      this.#signal({ type: "DeletionFailed", toSequenceNr: upper, error: toError(error) });
    }
  }
}

/** An error, whatever was thrown. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
