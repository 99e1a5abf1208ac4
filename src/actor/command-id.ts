/** The id of a command: what its repetition is recognised by. */

/** Longer ids are refused, in UTF-16 code units: an entity remembers many of them. */
export const commandIdLengthMax = 1_024;

/** @throws TypeError when it is not a non-empty, well-formed string of at most {@link commandIdLengthMax} code units */
export function assertCommandId(commandId: unknown, what = "commandId"): asserts commandId is string {
  if (typeof commandId === "string" && commandId !== "" && commandId.isWellFormed()) {
    if (commandId.length <= commandIdLengthMax) return;
    throw new TypeError(`${what} has ${commandId.length} characters, more than ${commandIdLengthMax}`);
  }
  const given = typeof commandId === "string" ? JSON.stringify(commandId) : typeof commandId;
  throw new TypeError(`${what} must be a non-empty, well-formed string, not ${given}`);
}
