/** Values to JSON text, refusing whatever would come back different. */
import { SerializationError } from "../errors.ts";
import { classifyJson, findJsonFault, type JsonFault, type JsonValue } from "./json-value.ts";

/** A larger JSON text is refused: one record of that size stalls every other entity of the store. */
export const jsonTextLengthMax = 67_108_864;

/**
 * The JSON text of `value`; parsed again it is deeply equal to `value`, -0 included; {@link classifyJson} says what of a value is data.
 *
 * @param what names the value in the error, such as `event`
 * @param name stands behind it there, such as `ItemAdded`: two texts are joined only when there is an error
 * @throws SerializationError naming the path of the first value that JSON would damage
 */
export function encodeJson(value: unknown, what: string, persistenceId = "", name = ""): string {
  let text: string;
  try {
    text = encode(value);
  } catch (error) {
    throw asSerializationError(error, joined(what, name), persistenceId);
  }
  // Flat from now on: it waits for its commit, and in the pieces that JSON.stringify leaves it takes half as much again.
  text.charCodeAt(0);
  if (text.length > jsonTextLengthMax) {
    throw new SerializationError(
      persistenceId,
      joined(what, name),
      "$",
      `takes ${text.length} characters, more than ${jsonTextLengthMax}`,
    );
  }
  return text;
}

/** Throws what {@link encodeJson} would throw, without making the text. */
export function assertJson(value: unknown, what: string, persistenceId = "", name = ""): void {
  try {
    if (classifyJson(value) === "damaged") throw new Damage(value);
  } catch (error) {
    throw asSerializationError(error, joined(what, name), persistenceId);
  }
}

/** What JSON would damage, thrown before anybody has asked what the whole value is called. */
class Damage {
  readonly fault: JsonFault;

  constructor(value: unknown) {
    this.fault = findJsonFault(value) ?? { path: "$", problem: "changes while it is read" };
  }
}

function encode(value: unknown): string {
  switch (classifyJson(value)) {
    case "plain":
      return JSON.stringify(value);
    case "negative-zero":
      return stringifyKeepingNegativeZero(value as JsonValue);
    case "damaged":
      throw new Damage(value);
  }
}

/** What a getter or a proxy of the user threw becomes the cause. */
function asSerializationError(error: unknown, what: string, persistenceId: string): SerializationError {
  if (!(error instanceof Damage)) {
    return new SerializationError(persistenceId, what, "$", "threw while it was read", error);
  }
  return new SerializationError(persistenceId, what, error.fault.path, error.fault.problem);
}

function joined(what: string, name: string): string {
  return name === "" ? what : `${what} ${name}`;
}

function stringifyKeepingNegativeZero(value: JsonValue): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stringifyKeepingNegativeZero).join(",")}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${stringifyKeepingNegativeZero(member)}`,
  );
  return `{${members.join(",")}}`;
}
