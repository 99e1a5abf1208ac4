/** What one command leads to once it is durable: publications, side effects, a snapshot, the reply. */
import type { Envelope } from "../actor/envelope.ts";
import type { SnapshotRecord } from "../storage/snapshot-store.ts";
import { type Metadata, noTags } from "../storage/stored-event.ts";
import type { DeliveryChange } from "./deliveries.ts";
import type { Output } from "./output-gate.ts";
import type { SnapshotCause } from "./snapshotting.ts";

/** Where outputs go; implemented by the running entity. */
export interface OutputPort<E, S> {
  /** Whether anybody listens to events. */
  readonly listening: boolean;
  publish(event: E, place: PlaceOfEvent, metadata: Metadata): void;
  save(snapshot: SnapshotRecord, by: SnapshotCause): void;
  /** Sends the deliveries that the events have begun. */
  deliver(change: DeliveryChange): void;
  /** Runs a side effect; false when it threw, and then the command's asker has been answered. */
  run(callback: (state: S) => void, state: S, envelope: Envelope): boolean;
  failed(envelope: Envelope, error: unknown): void;
}

/** Where and when an event stands in the history. */
export interface PlaceOfEvent {
  readonly sequenceNr: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly tags: readonly string[];
}

/** The events of a command as decided. Their texts are not here: the journal has them, and lets go of them as soon as it can. */
export interface DecidedEvents<E> {
  readonly events: readonly E[];
  /** Of all of them. */
  readonly timestamp: number;
  /** Of each; undefined when none has any. */
  readonly tags: readonly (readonly string[])[] | undefined;
  readonly metadata: Metadata;
  /** Of the first event. */
  readonly sequenceNr: number;
  /** How many events of the same write come before. */
  readonly index: number;
  /** What they begin and confirm, when the entity delivers anything. */
  readonly deliveries: DeliveryChange | undefined;
}

/** A snapshot to be saved when the state that it holds is durable. */
export interface DecidedSnapshot {
  readonly record: SnapshotRecord;
  readonly by: SnapshotCause;
}

/** How a command is answered. */
export type Answer = { readonly value: unknown } | { readonly error: Error };

/** Side effects, and the state that they are run with. */
export interface DecidedRuns<S> {
  readonly callbacks: readonly ((state: S) => void)[];
  readonly state: S;
}

/** The output of one command. As many wait as commands are under way: it holds on to nothing that it does not need any more. */
export class CommandOutput<E, S> implements Output {
  readonly #port: OutputPort<E, S>;
  readonly #envelope: Envelope;
  readonly #answer: Answer;
  readonly #decided: DecidedEvents<E> | undefined;
  readonly #runs: DecidedRuns<S> | undefined;
  readonly #snapshot: DecidedSnapshot | undefined;

  constructor(
    port: OutputPort<E, S>,
    envelope: Envelope,
    answer: Answer,
    decided: DecidedEvents<E> | undefined,
    runs: DecidedRuns<S> | undefined,
    snapshot: DecidedSnapshot | undefined,
  ) {
    this.#port = port;
    this.#envelope = envelope;
    this.#answer = answer;
    this.#decided = decided;
    this.#runs = runs;
    this.#snapshot = snapshot;
  }

  release(offset: number, lastOffset: number): void {
    const port = this.#port;
    if (this.#snapshot) port.save(this.#snapshot.record, this.#snapshot.by);
    if (this.#decided && port.listening) this.#publish(this.#decided, offset);
    if (this.#decided?.deliveries) port.deliver(this.#decided.deliveries);
    if (this.#runs && !this.#run(this.#runs)) return;
    const { reply } = this.#envelope;
    if (!reply) return;
    if ("error" in this.#answer) reply.reject(this.#answer.error);
    else reply.resolve(this.#answer.value, this.#decided ? lastOffsetOf(this.#decided, offset) : lastOffset);
  }

  fail(error: unknown): void {
    this.#port.failed(this.#envelope, error);
  }

  #run({ callbacks, state }: DecidedRuns<S>): boolean {
    for (const callback of callbacks) if (!this.#port.run(callback, state, this.#envelope)) return false;
    return true;
  }

  #publish({ events, timestamp, tags, metadata, sequenceNr, index }: DecidedEvents<E>, offset: number): void {
    for (const [n, event] of events.entries()) {
      const place = { sequenceNr: sequenceNr + n, offset: offset + index + n, timestamp, tags: tags?.[n] ?? noTags };
      this.#port.publish(event, place, metadata);
    }
  }
}

function lastOffsetOf({ index, events }: DecidedEvents<unknown>, offset: number): number {
  return offset + index + events.length - 1;
}
