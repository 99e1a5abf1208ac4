/** How an event type has changed over time, as the user declares it. */
import { eventType, firstVersion } from "./event-type.ts";
import { assertSchema, type StandardSchemaV1 } from "./standard-schema.ts";

/** An event of an earlier version, as it was stored. */
export interface PastEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Only a method lets a user's function say more precisely what it takes than we know. */
interface Upcasting {
  upcast(event: PastEvent): unknown;
}

/**
 * One step of an event towards the present. Pure: no clock, no chance, no state.
 *
 * It returns the event of the next version; an event of another type, which is then of version 1 unless {@link eventAt} says
 * otherwise; a list, of which each event goes on from there; or an empty list, or undefined, for an event that means nothing any more.
 * The parameter may be declared as the shape of that version, written as a `type`, not as an `interface`.
 */
export type Upcaster = Upcasting["upcast"];

/** One event type. */
export interface EventDeclaration<Members = unknown> {
  /** The version that is written now. Default: the one that the last of `upcasters` leads to; 1 without any. */
  readonly version?: number;
  /** The steps, each under the version that it begins with: one for every version before the present one. */
  readonly upcasters?: { readonly [fromVersion: number]: Upcaster };
  /** The type is not written any more: its events are those of another type, from version 1 of that. */
  readonly renamedTo?: string;
  /** The type is not written any more: the step from its last version to events of other types, or to none. */
  readonly retired?: Upcaster;
  /** Every event is validated before it is applied and stored; what the schema makes of it is what is stored. Must not be asynchronous. */
  readonly schema?: StandardSchemaV1<unknown, Members>;
}

/** An event together with its version; see {@link eventAt}. */
export class EventAt {
  readonly version: number;
  readonly event: unknown;

  constructor(version: number, event: unknown) {
    this.version = version;
    this.event = event;
  }
}

/**
 * For upcasters: an event in a version other than the one that follows by itself, such as version 3 of the type it becomes.
 *
 * @throws TypeError when `version` is no whole number of at least 1
 */
export function eventAt(version: number, event: object): EventAt {
  if (!isVersion(version)) throw new TypeError(`the version of an event must be a whole number from 1, not ${version}`);
  return new EventAt(version, event);
}

/** A declaration with everything worked out. */
export interface EventTypeSteps {
  /** The newest version. */
  readonly version: number;
  /** The step from a version. */
  readonly steps: ReadonlyMap<number, Upcaster>;
  /** No event of the type is written any more. */
  readonly retired: boolean;
  readonly schema: StandardSchemaV1 | undefined;
}

/**
 * The declared event types by their names.
 *
 * @param of names the entity type in errors
 * @throws TypeError for a declaration that cannot be followed: a missing step, a renaming that leads nowhere
 */
export function readDeclarations(declarations: object, of: string): ReadonlyMap<string, EventTypeSteps> {
  if (typeof declarations !== "object" || declarations === null) {
    throw new TypeError(`events ${of} must be an object, not ${String(declarations)}`);
  }
  const entries = new Map<string, EventDeclaration>(Object.entries(declarations));
  const types = new Map<string, EventTypeSteps>();
  for (const [name, declaration] of entries) types.set(name, readDeclaration(declaration, `events.${name} ${of}`));
  for (const name of entries.keys()) assertRenaming(name, entries, of);
  return types;
}

function readDeclaration(declaration: EventDeclaration, what: string): EventTypeSteps {
  if (typeof declaration !== "object" || declaration === null) {
    throw new TypeError(`${what} must be an object, not ${String(declaration)}`);
  }
  const { upcasters = {}, renamedTo, retired, schema } = declaration;
  if (typeof upcasters !== "object" || upcasters === null) {
    throw new TypeError(`${what}: upcasters must be an object, not ${String(upcasters)}`);
  }
  const steps = new Map(Object.entries(upcasters).map(([from, step]) => [Number(from), step] as const));
  const { version = steps.size + 1 } = declaration;
  if (!isVersion(version))
    throw new TypeError(`${what}: version must be a whole number from 1, not ${String(version)}`);
  for (let from = firstVersion; from < version; from++) {
    if (!steps.has(from))
      throw new TypeError(`${what} has no upcaster from version ${from}, although it is at ${version}`);
  }
  for (const [from, step] of steps) {
    if (typeof step !== "function")
      throw new TypeError(`${what}: the upcaster from version ${from} must be a function`);
    if (!(from >= firstVersion && from < version)) {
      throw new TypeError(`${what} has an upcaster from version ${from}, but it is at version ${version}`);
    }
  }
  if (renamedTo !== undefined && retired !== undefined) throw new TypeError(`${what} has both renamedTo and retired`);
  if (retired !== undefined && typeof retired !== "function")
    throw new TypeError(`${what}: retired must be a function`);
  const last = renamedTo === undefined ? retired : (event: PastEvent): unknown => renamed(event, renamedTo);
  if (last && schema !== undefined) throw new TypeError(`${what} has a schema, but no event of it is written any more`);
  if (schema !== undefined) assertSchema(schema, `${what}: schema`);
  if (last) steps.set(version, last);
  return { version, steps, retired: last !== undefined, schema };
}

function assertRenaming(name: string, declarations: ReadonlyMap<string, EventDeclaration>, of: string): void {
  const passed = new Set([name]);
  for (let to = declarations.get(name)?.renamedTo; to !== undefined; to = declarations.get(to)?.renamedTo) {
    if (!declarations.has(to)) throw new TypeError(`events.${name} ${of} is renamed to ${to}, which is not declared`);
    if (passed.has(to))
      throw new TypeError(`events.${name} ${of} is renamed in a circle: ${[...passed, to].join(", ")}`);
    passed.add(to);
  }
}

function renamed(event: PastEvent, to: string): object {
  if (eventType(event) !== event.type) throw new TypeError("an event without a type cannot be renamed; use retired");
  return { ...event, type: to };
}

function isVersion(version: unknown): version is number {
  return Number.isSafeInteger(version) && Number(version) >= firstVersion;
}
