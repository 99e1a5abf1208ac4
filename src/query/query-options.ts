/** What a query is given, and what it refuses. */

/** What every query takes. */
export interface QueryOptions {
  /**
   * Whether it goes on with what is stored later, until the reader leaves or the system terminates; otherwise it ends with what
   * was stored when it began. Default false.
   */
  readonly live?: boolean;
  /** Aborting it ends the query: the reader's loop throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A window on one stream; both bounds are inclusive. */
export interface StreamWindow extends QueryOptions {
  /** Default 1. */
  readonly fromSequenceNr?: number;
  /** A live query ends when it is reached. Default: no bound. */
  readonly toSequenceNr?: number;
}

/** A part of the history with one tag. */
export interface TagWindow extends QueryOptions {
  /** Events after this offset, exclusive. Default 0. */
  readonly fromOffset?: number;
}

/** A part of the whole history. */
export interface HistoryWindow extends TagWindow {
  /** Only events of entities of this type. */
  readonly entityType?: string;
}

/** @throws TypeError naming the option that is of the wrong kind */
export function assertQueryOptions(options: unknown): void {
  if (typeof options !== "object" || options === null) throw new TypeError("the options of a query are an object");
  const { live, signal, fromOffset, fromSequenceNr, toSequenceNr, entityType }: Record<string, unknown> = {
    ...options,
  };
  if (live !== undefined && typeof live !== "boolean") throw wrong("live", "true or false", live);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrong("signal", "an AbortSignal", signal);
  if (entityType !== undefined) assertName(entityType, "entityType");
  assertWholeNumber(fromOffset, "fromOffset");
  assertWholeNumber(fromSequenceNr, "fromSequenceNr");
  if (toSequenceNr !== Number.POSITIVE_INFINITY) assertWholeNumber(toSequenceNr, "toSequenceNr");
}

/** @throws TypeError naming the member that is of the wrong kind */
export function assertMoment(moment: unknown): void {
  if (typeof moment !== "object" || moment === null) throw new TypeError("a moment is an object");
  const { sequenceNr, timestamp }: Record<string, unknown> = { ...moment };
  if (sequenceNr !== Number.POSITIVE_INFINITY) assertWholeNumber(sequenceNr, "sequenceNr");
  if (timestamp !== undefined && (typeof timestamp !== "number" || Number.isNaN(timestamp)))
    throw wrong("timestamp", "a number of milliseconds", timestamp);
}

/** @throws TypeError when it is no text, or an empty one */
export function assertName(name: unknown, what: string): void {
  if (typeof name !== "string" || name === "") throw wrong(what, "a text that is not empty", name);
}

function assertWholeNumber(value: unknown, name: string): void {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0)) return;
  throw wrong(name, "a whole number from 0", value);
}

function wrong(name: string, kind: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${kind}, not ${typeof value === "object" ? "an object" : String(value)}`);
}
