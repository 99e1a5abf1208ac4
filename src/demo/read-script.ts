/** Reads a script line by line: whatever its size, no more than a piece of it is in memory. */
import { createReadStream } from "node:fs";
import { ScriptError } from "./script-error.ts";
import { parseStep, type ScriptStep } from "./script-step.ts";

/** A longer line is refused. */
export const lineBytesMax = 1_048_576;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** A line that is not blank. */
export interface NumberedStep {
  /** Where it stands in the file, from 1. */
  readonly line: number;
  readonly step: ScriptStep;
}

/**
 * The steps of `file` from line `fromLine` on; blank lines are passed over, lines before it are not looked at.
 *
 * @throws ScriptError when the file cannot be read, and at the first line that is malformed
 */
export async function* readScript(file: string, fromLine = 1): AsyncGenerator<NumberedStep, void, undefined> {
  let line = 0;
  for await (const bytes of readLines(file)) {
    line++;
    if (line < fromLine) continue;
    const text = decode(bytes);
    if (text?.trim() === "") continue;
    const step = text === undefined ? "this is not UTF-8" : parseStep(text);
    if (typeof step === "string") throw new ScriptError(`${file}:${line}`, step);
    yield { line, step };
  }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

async function* readLines(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  let line = 1;
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const chunk of readChunks(file)) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield rest.length === 0 ? chunk.subarray(from, end) : Buffer.concat([...rest, chunk.subarray(from, end)]);
      line++;
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    if (from === chunk.length) continue;
    rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    if (restBytes > lineBytesMax)
      throw new ScriptError(`${file}:${line}`, `the line is longer than ${lineBytesMax} bytes`);
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

async function* readChunks(file: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw new ScriptError(file, `the script cannot be read (${reason(error)})`, error);
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  return code === "EISDIR" ? "it is a directory" : error.message;
}
