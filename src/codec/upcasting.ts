/** Stored events to events of today: from the stored version to the present one, one declared step at a time. */
import { UpcastFailedError } from "../errors/upcast-failed-error.ts";
import { UnknownEventTypeError } from "../errors.ts";
import { EventAt, type EventTypeSteps, type PastEvent, type Upcaster } from "./event-declaration.ts";
import { eventType, firstVersion } from "./event-type.ts";

/** What one stored event leads to may take so many steps at the most; more is a circle. */
export const upcastStepsMax = 10_000;

/** An event as it was stored. */
export interface StoredShape {
  readonly persistenceId: string;
  readonly sequenceNr: number;
  readonly type: string;
  readonly version: number;
  readonly payload: unknown;
}

/** An event in one of its versions. */
export interface VersionedEvent {
  readonly type: string;
  readonly version: number;
  readonly event: unknown;
}

/**
 * The events of today that a stored event stands for, in order; none when it was dropped.
 *
 * @throws UnknownEventTypeError when its type is not declared, or its version is newer than declared
 * @throws UpcastFailedError when a step throws, or gives what cannot be gone on with
 */
export function upcast(types: ReadonlyMap<string, EventTypeSteps>, stored: StoredShape): readonly VersionedEvent[] {
  const { persistenceId, sequenceNr, type, version, payload } = stored;
  if (!isKnown(types, type, version)) throw new UnknownEventTypeError(persistenceId, sequenceNr, type, version);
  const present: VersionedEvent[] = [];
  // The next one on top, so that what a split gives keeps its place.
  const pending: VersionedEvent[] = [{ type, version, event: payload }];
  let steps = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const step = types.get(next.type)?.steps.get(next.version);
    if (!step) present.push(next);
    else {
      try {
        if (++steps > upcastStepsMax) throw new RangeError(`it takes more than ${upcastStepsMax} steps`);
        pending.push(...take(types, step, next).reverse());
      } catch (cause) {
        throw new UpcastFailedError({ persistenceId, sequenceNr, eventType: type, version }, next, cause);
      }
    }
  }
  return present;
}

function isKnown(types: ReadonlyMap<string, EventTypeSteps>, type: string, version: number): boolean {
  const newest = types.get(type)?.version ?? 0;
  return Number.isInteger(version) && version >= firstVersion && version <= newest;
}

/** What one step gives. */
function take(types: ReadonlyMap<string, EventTypeSteps>, step: Upcaster, from: VersionedEvent): VersionedEvent[] {
  const given: unknown = step(from.event as PastEvent);
  if (given === undefined || given === null) return [];
  const events: readonly unknown[] = Array.isArray(given) ? given : [given];
  return events.map((event) => place(types, event, from));
}

/** The type and the version of what a step has given. */
function place(types: ReadonlyMap<string, EventTypeSteps>, given: unknown, from: VersionedEvent): VersionedEvent {
  const event = given instanceof EventAt ? given.event : given;
  if (event instanceof Promise) throw new TypeError("it gave a promise; a step must not be asynchronous");
  const type = eventType(event);
  const following = type === from.type ? from.version + 1 : firstVersion;
  const version = given instanceof EventAt ? given.version : following;
  if (!isKnown(types, type, version)) {
    const hint = type === from.type ? "" : `; declare it in events, or return eventAt(version, event)`;
    throw new TypeError(`it gave ${type} version ${version}, which is not declared${hint}`);
  }
  if (type === from.type && version <= from.version) {
    throw new TypeError(`it gave ${type} version ${version}, which is not later than ${from.version}`);
  }
  return { type, version, event };
}
