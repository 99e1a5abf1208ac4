/**
 * The output gate: nothing leaves an entity before what it depends on is durable.
 *
 * Whatever a command leads to (replies, side effects, publications, snapshots) is an output. An output waits until the write
 * of its own events and every earlier write of the entity is durable; one that has nothing to wait for leaves at once.
 * The entity itself does not wait: it decides the next commands on its newest state meanwhile. When a write fails,
 * everything behind it is failed, because it was decided on a state that may never have been.
 */
import type { AppendRequest, Journal } from "../storage/journal.ts";
import type { EventRecord } from "../storage/stored-event.ts";

/** What one command leads to. */
export interface Output {
  /**
   * Everything before it is durable. `offset` is that of the first event of the write it belongs to, `lastOffset` that of the
   * last event it can depend on.
   */
  release(offset: number, lastOffset: number): void;
  /** Something before it failed. Must not throw. */
  fail(error: unknown): void;
}

/** Which stream the gate writes to. */
export type Stream = Pick<AppendRequest, "persistenceId" | "entityType" | "entityId">;

/** Where the stream ends when the gate begins to write. */
export interface StreamEnd {
  readonly highestSequenceNr: number;
  /** Of its last event, or above. */
  readonly offset: number;
}

/** A turn that has collected so many events ends: they are written while the next one decides. */
const eventsPerTurn = 128;

/** Likewise so many bytes. */
const bytesPerTurn = 262_144;

/** What is given to the journal. */
interface GrowingRequest extends AppendRequest {
  readonly events: EventRecord[];
}

/** Events that become durable together, and the outputs that wait for them. */
class Write {
  /** Until the journal has it; then only the journal holds on to the texts of the events. */
  request: GrowingRequest | undefined;
  /** How many events there are. */
  count = 0;
  /** About how many bytes they take. */
  bytes = 0;
  outputs: Output[] | undefined;

  constructor(request: GrowingRequest) {
    this.request = request;
    this.#count(request.events);
  }

  collect(records: readonly EventRecord[]): void {
    for (const record of records) this.request?.events.push(record);
    this.#count(records);
  }

  #count(records: readonly EventRecord[]): void {
    this.count += records.length;
    for (const { payload } of records) this.bytes += payload.length;
  }

  /** Adds an output; a list of one, as most are, is made to measure. */
  hold(output: Output): void {
    if (this.outputs) this.outputs.push(output);
    else this.outputs = [output];
  }

  release(offset: number, lastOffset: number): void {
    if (this.outputs) for (const output of this.outputs) output.release(offset, lastOffset);
  }

  /** Once: later calls do nothing. */
  fail(error: unknown): void {
    const { outputs } = this;
    this.outputs = undefined;
    if (outputs) for (const output of outputs) output.fail(error);
  }
}

/** The writes of one incarnation, in order. */
export class OutputGate {
  readonly #journal: Journal;
  readonly #stream: Stream;
  readonly #onBroken: (error: unknown) => void;
  /** Under way, the oldest first. */
  readonly #writes: Write[] = [];
  /** Collects the events of the present turn. */
  #open: Write | undefined;
  #highestSequenceNr: number;
  /** Of the last event of the stream that is known to be durable. */
  #lastOffset: number;
  #broken: { readonly error: unknown } | undefined;
  #onSettled: (() => void)[] | undefined;

  /** @param onBroken called once, when a write has failed */
  constructor(
    journal: Journal,
    stream: Stream,
    { highestSequenceNr, offset }: StreamEnd,
    onBroken: (error: unknown) => void,
  ) {
    this.#journal = journal;
    this.#stream = stream;
    this.#highestSequenceNr = highestSequenceNr;
    this.#lastOffset = offset;
    this.#onBroken = onBroken;
  }

  /** No write is under way or collected. */
  get idle(): boolean {
    return this.#writes.length === 0 && this.#open === undefined;
  }

  /** How many events the present turn has collected. */
  get collected(): number {
    return this.#open?.count ?? 0;
  }

  /** Whether the present turn has collected as much as one should. */
  get sated(): boolean {
    return this.#open !== undefined && (this.#open.count >= eventsPerTurn || this.#open.bytes >= bytesPerTurn);
  }

  /** Adds events to the write of the present turn; the first has `sequenceNr`. After a failure nothing is written any more. */
  collect(sequenceNr: number, records: readonly EventRecord[]): void {
    if (this.#broken) return;
    if (this.#open) this.#open.collect(records);
    else {
      const { persistenceId, entityType, entityId } = this.#stream;
      const expectedSequenceNr = this.#highestSequenceNr;
      const events = [...records];
      this.#open = new Write({ persistenceId, entityType, entityId, sequenceNr, expectedSequenceNr, events });
    }
    this.#highestSequenceNr = sequenceNr + records.length - 1;
  }

  /** Lets an output leave when everything collected and written so far is durable: now, if nothing is under way. */
  hold(output: Output): void {
    // A handler that was awaited meanwhile has decided on a state that may never have been.
    if (this.#broken) return output.fail(this.#broken.error);
    const last = this.#open ?? this.#writes[this.#writes.length - 1];
    if (last) last.hold(output);
    else output.release(0, this.#lastOffset);
  }

  /** Gives what the turn has collected to the journal. */
  flush(): void {
    const write = this.#open;
    const request = write?.request;
    if (!write || !request) return;
    this.#open = undefined;
    write.request = undefined;
    this.#writes.push(write);
    this.#journal.append(request).then(
      (offset) => this.#committed(write, offset),
      (error: unknown) => this.#failed(write, error),
    );
  }

  /** Resolves when no write is under way. */
  settled(): Promise<void> {
    if (this.idle) return Promise.resolve();
    this.#onSettled ??= [];
    const waiting = this.#onSettled;
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** Fails every output that still waits. The writes themselves cannot be called back. */
  close(error: unknown): void {
    this.#broken ??= { error };
    for (const write of this.#writes) write.fail(error);
    this.#open?.fail(error);
    this.#open = undefined;
  }

  #committed(write: Write, offset: number): void {
    this.#forget(write);
    this.#lastOffset = offset + write.count - 1;
    if (this.#broken) write.fail(new Error("an earlier write failed", { cause: this.#broken.error }));
    else write.release(offset, this.#lastOffset);
    this.#tellIfSettled();
  }

  #failed(write: Write, error: unknown): void {
    this.#forget(write);
    const first = this.#broken === undefined;
    this.#broken ??= { error };
    write.fail(this.#broken.error);
    this.#open?.fail(this.#broken.error);
    this.#open = undefined;
    if (first) this.#onBroken(error);
    this.#tellIfSettled();
  }

  #forget(write: Write): void {
    const index = this.#writes.indexOf(write);
    if (index >= 0) this.#writes.splice(index, 1);
  }

  #tellIfSettled(): void {
    if (this.idle && this.#onSettled) for (const resolve of this.#onSettled.splice(0)) resolve();
  }
}
