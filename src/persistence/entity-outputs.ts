/** Where the outputs of an entity go once they may leave. */
import type { Envelope } from "../actor/envelope.ts";
import { eventType } from "../codec/event-type.ts";
import type { EventTypes } from "../codec/event-types.ts";
import { ActorFailedError, PersistFailedError, PersistRejectedError } from "../errors.ts";
import type { SnapshotRecord } from "../storage/snapshot-store.ts";
import type { Metadata } from "../storage/stored-event.ts";
import type { OutputPort, PlaceOfEvent } from "./command-output.ts";
import type { Deliveries, DeliveryChange } from "./deliveries.ts";
import type { EntityHost } from "./entity-host.ts";
import type { EntitySignals } from "./entity-signals.ts";
import type { EntityScope } from "./event-sourced.ts";
import { persistError } from "./persist-error.ts";
import type { SnapshotCause, Snapshotting } from "./snapshotting.ts";

/** What outputs need. */
export interface OutputSeat<C, E, S> {
  readonly path: string;
  readonly entityType: string;
  readonly entityId: string;
  readonly persistenceId: string;
  readonly events: EventTypes;
  readonly host: EntityHost;
  readonly signals: EntitySignals<C, S>;
  readonly snapshotting: Snapshotting<E, S>;
  readonly deliveries: Deliveries<E, EntityScope> | undefined;
  fail(error: unknown): void;
}

/** The outputs of one incarnation. */
export class EntityOutputs<C, E, S> implements OutputPort<E, S> {
  readonly #seat: OutputSeat<C, E, S>;

  constructor(seat: OutputSeat<C, E, S>) {
    this.#seat = seat;
  }

  get listening(): boolean {
    return this.#seat.host.events.active;
  }

  publish(event: E, { offset, sequenceNr, timestamp, tags }: PlaceOfEvent, metadata: Metadata): void {
    const { entityType, entityId, persistenceId, host, events } = this.#seat;
    const type = eventType(event);
    const version = events.versionOf(type);
    host.events.publishEvent({
      offset,
      persistenceId,
      entityType,
      entityId,
      sequenceNr,
      timestamp,
      type,
      version,
      event,
      tags,
      metadata,
    });
  }

  save(snapshot: SnapshotRecord, by: SnapshotCause): void {
    this.#seat.snapshotting.save(snapshot, by);
  }

  deliver(change: DeliveryChange): void {
    this.#seat.deliveries?.begin(change);
  }

  run(callback: (state: S) => void, state: S, envelope: Envelope): boolean {
    const { path, signals } = this.#seat;
    try {
      signals.mind(callback(state), "thenRun");
      return true;
    } catch (cause) {
      const error = new ActorFailedError(path, "thenRun", cause);
      envelope.reply?.reject(error);
      this.#seat.fail(error);
      return false;
    }
  }

  failed(envelope: Envelope, error: unknown): void {
    const answer = persistError(this.#seat.persistenceId, error);
    const { message: command, reply } = envelope;
    reply?.reject(answer);
    if (answer instanceof PersistRejectedError) {
      this.#seat.signals.tellQuietly({ type: "PersistRejected", command, error: answer });
    } else if (answer instanceof PersistFailedError) {
      this.#seat.signals.tellQuietly({ type: "PersistFailed", command, error: answer });
    }
  }
}
