/** A frame: all events of one stream in one commit, `[ordinal, entityType, entityId | 0, event, …]`. */
import { StorageCorruptedError } from "../../errors.ts";
import { noMetadata, noTags, type StoredEvent } from "../../storage/stored-event.ts";
import type { EventExtra } from "./event-text.ts";
import { recordJson } from "./record.ts";
import { numberOf } from "./record-keys.ts";

/** What frames are written as; the checksum proves that one is still that. */
type FrameJson = readonly [ordinal: number, entityType: string, entityId: string | 0, ...events: EventJson[]];
type EventJson = readonly [timestamp: number, payload: unknown, extra?: EventExtra];

/** Elements before the first event. */
const headerLength = 3;

const noExtra: EventExtra = {};

/** Whose frame it is, and in which store. */
export interface FrameContext {
  readonly location: string;
  readonly persistenceId: string;
}

/** The events of a frame. */
export class Frame {
  readonly first: number;
  readonly #context: FrameContext;
  readonly #json: FrameJson;
  readonly #entityId: string;

  /** @throws StorageCorruptedError naming stream and sequence number */
  constructor(context: FrameContext, key: string, value: Buffer) {
    this.first = numberOf(key);
    this.#context = context;
    const json = recordJson(context.location, () => framePlace(context.persistenceId, this.first), key, value);
    if (!isFrame(json)) throw this.damaged(this.first, "it has not the form of a frame");
    this.#json = json;
    const [, entityType, entityId] = json;
    this.#entityId = entityId === 0 ? context.persistenceId.slice(entityType.length + 1) : entityId;
  }

  get last(): number {
    return this.first + this.#json.length - headerLength - 1;
  }

  /** The offset of the first event. */
  get ordinal(): number {
    return this.#json[0];
  }

  /** The events from one sequence number to another, both inclusive, as far as they are here. */
  events(fromSequenceNr: number, toSequenceNr: number): StoredEvent[] {
    const events: StoredEvent[] = [];
    const to = Math.min(toSequenceNr, this.last);
    for (let sequenceNr = Math.max(fromSequenceNr, this.first); sequenceNr <= to; sequenceNr++)
      events.push(this.#event(sequenceNr));
    return events;
  }

  damaged(sequenceNr: number, problem: string): StorageCorruptedError {
    return new StorageCorruptedError(
      this.#context.location,
      framePlace(this.#context.persistenceId, sequenceNr),
      problem,
    );
  }

  #event(sequenceNr: number): StoredEvent {
    const [ordinal, entityType] = this.#json;
    const index = sequenceNr - this.first;
    const event: unknown = this.#json[index + headerLength];
    if (!isEvent(event)) throw this.damaged(sequenceNr, "it has not the form of an event");
    const [timestamp, payload, extra = noExtra] = event;
    return {
      offset: ordinal + index,
      persistenceId: this.#context.persistenceId,
      entityType,
      entityId: this.#entityId,
      sequenceNr,
      timestamp,
      type: extra.t ?? typeOf(payload),
      version: extra.v ?? 1,
      tags: extra.g ?? noTags,
      metadata: extra.m ?? noMetadata,
      payload,
      receipt: extra.r,
    };
  }
}

/** How an event is called in errors. */
export function framePlace(persistenceId: string, sequenceNr: number): string {
  return `event ${sequenceNr} of ${JSON.stringify(persistenceId)}`;
}

function isFrame(json: unknown): json is FrameJson {
  if (!Array.isArray(json) || json.length <= headerLength) return false;
  const [ordinal, entityType, entityId]: unknown[] = json;
  return (
    typeof ordinal === "number" && typeof entityType === "string" && (entityId === 0 || typeof entityId === "string")
  );
}

function isEvent(json: unknown): json is EventJson {
  return Array.isArray(json) && typeof json[0] === "number" && json.length >= 2;
}

function typeOf(payload: unknown): string {
  const type: unknown = typeof payload === "object" && payload !== null && "type" in payload ? payload.type : undefined;
  return typeof type === "string" ? type : "";
}
