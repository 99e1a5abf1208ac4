/** Values to JSON text, refusing whatever would come back different. */
import { SerializationError } from "../errors.ts";
import { classifyJson, findJsonFault, type JsonValue } from "./json-value.ts";

/** A larger JSON text is refused: one record of that size stalls every other entity of the store. */
export const jsonTextLengthMax = 67_108_864;

/**
 * The JSON text of `value`; parsed again it is deeply equal to `value`, -0 included; {@link classifyJson} says what of a value is data.
 *
 * @param what names the value in the error, such as `event ItemAdded`
 * @throws SerializationError naming the path of the first value that JSON would damage
 */
export function encodeJson(value: unknown, what: string, persistenceId = ""): string {
  let text: string;
  try {
    text = encode(value, what, persistenceId);
  } catch (error) {
    throw asSerializationError(error, what, persistenceId);
  }
  // Flat from now on: it waits for its commit, and in the pieces that JSON.stringify leaves it takes half as much again.
  text.charCodeAt(0);
  if (text.length > jsonTextLengthMax) {
    throw new SerializationError(
      persistenceId,
      what,
      "$",
      `takes ${text.length} characters, more than ${jsonTextLengthMax}`,
    );
  }
  return text;
}

/** Throws what {@link encodeJson} would throw, without making the text. */
export function assertJson(value: unknown, what: string, persistenceId = ""): void {
  try {
    if (classifyJson(value) === "damaged") throw damaged(value, what, persistenceId);
  } catch (error) {
    throw asSerializationError(error, what, persistenceId);
  }
}

function encode(value: unknown, what: string, persistenceId: string): string {
  switch (classifyJson(value)) {
    case "plain":
      return JSON.stringify(value);
    case "negative-zero":
      return stringifyKeepingNegativeZero(value as JsonValue);
    case "damaged":
      throw damaged(value, what, persistenceId);
  }
}

function damaged(value: unknown, what: string, persistenceId: string): SerializationError {
  const fault = findJsonFault(value) ?? { path: "$", problem: "changes while it is read" };
  return new SerializationError(persistenceId, what, fault.path, fault.problem);
}

/** What a getter or a proxy of the user threw becomes the cause. */
function asSerializationError(error: unknown, what: string, persistenceId: string): SerializationError {
  if (error instanceof SerializationError) return error;
  return new SerializationError(persistenceId, what, "$", "threw while it was read", error);
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
