/** A batch of changes as LevelDB logs it: the sequence number of its first change, how many there are, and the changes. */
import { ByteReader } from "./byte-reader.ts";

const deletion = 0;
const insertion = 1;

/** A change; without a value, a deletion. */
export interface LoggedChange {
  readonly key: string;
  readonly value: Buffer | undefined;
}

/** One record of a log. */
export interface LoggedBatch {
  /** LevelDB counts every change of a store; the first of this batch has this number. */
  readonly sequence: number;
  readonly changes: readonly LoggedChange[];
}

/** @throws RangeError when the bytes are no batch */
export function parseBatch(bytes: Buffer): LoggedBatch {
  const reader = new ByteReader(bytes);
  const sequence = reader.fixed64();
  const count = reader.fixed32();
  const changes: LoggedChange[] = [];
  while (reader.left > 0) {
    const kind = reader.byte();
    if (kind !== insertion && kind !== deletion) throw new RangeError(`there is no change of kind ${kind}`);
    const key = reader.slice().toString();
    changes.push({ key, value: kind === insertion ? reader.slice() : undefined });
  }
  if (changes.length !== count) throw new RangeError(`it says ${count} changes and has ${changes.length}`);
  return { sequence, changes };
}
