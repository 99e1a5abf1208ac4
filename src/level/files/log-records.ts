/** LevelDB's log format, read strictly: blocks of 32 KiB, records with masked checksums, and nothing that is passed over in silence. */
import { crc32c, maskedCrc32c } from "./crc32c.ts";

const blockBytes = 32_768;
/** Checksum, length and type. */
const headerBytes = 7;
const recordType = { full: 1, first: 2, middle: 3, last: 4 };

/** A record that is complete and intact. */
export interface LogRecord {
  /** Where it begins in the file. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/** Where a log stops to make sense. */
export interface LogBreak {
  /** The end of the last record before it. */
  readonly offset: number;
  readonly problem: string;
  /** Where a record begins behind it, if one does: then it is damage, not an end that was torn by a crash. */
  readonly followedBy: number | undefined;
}

/** A log as far as it can be read. */
export interface LogContent {
  readonly records: readonly LogRecord[];
  /** The end of the last record. */
  readonly end: number;
  readonly broken: LogBreak | undefined;
}

/** One piece of a record, or why there is none. */
type Fragment = { readonly type: number; readonly start: number; readonly end: number } | { readonly problem: string };

/** Reads records, from where one begins up to the end of the file or the first that is not intact. */
export function readLog(file: Buffer, from = 0): LogContent {
  const records: LogRecord[] = [];
  let pieces: Buffer[] = [];
  let begin = from;
  let end = from;
  let at = skipTrailer(from);
  const broken = (problem: string, searchFrom: number): LogContent => ({
    records,
    end,
    broken: { offset: end, problem, followedBy: findRecord(file, searchFrom) },
  });
  while (at < file.length) {
    const fragment = readFragment(file, at);
    if ("problem" in fragment) return broken(`${fragment.problem} at offset ${at}`, at + 1);
    const { type } = fragment;
    const opens = type === recordType.full || type === recordType.first;
    if (opens === pieces.length > 0) {
      return broken(opens ? `a record stops before offset ${at}` : `a record has no beginning at offset ${at}`, at);
    }
    if (opens) begin = at;
    pieces.push(file.subarray(fragment.start, fragment.end));
    at = fragment.end;
    if (type === recordType.full || type === recordType.last) {
      records.push({ offset: begin, bytes: pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces) });
      pieces = [];
      end = at;
    }
    at = skipTrailer(at);
  }
  return pieces.length > 0 ? broken("the last record is cut off", file.length) : { records, end, broken: undefined };
}

/** The rest of a block that has no room for a header is filled up. */
function skipTrailer(at: number): number {
  const left = blockBytes - (at % blockBytes);
  return left < headerBytes ? at + left : at;
}

function readFragment(file: Buffer, at: number): Fragment {
  const start = at + headerBytes;
  if (start > file.length) return { problem: "a record's header is cut off" };
  const length = file.readUInt16LE(at + 4);
  const type = file.readUInt8(at + 6);
  const end = start + length;
  if (type < recordType.full || type > recordType.last) return { problem: `there is no record of type ${type}` };
  if (end > at - (at % blockBytes) + blockBytes) return { problem: "a record is longer than its block" };
  if (end > file.length) return { problem: "a record is cut off" };
  if (file.readUInt32LE(at) !== maskedCrc32c(crc32c(file, at + 6, end)))
    return { problem: "the checksum of a record does not match" };
  return { type, start, end };
}

/** Where an intact FULL or FIRST record begins, at `from` or later. Every byte is tried: behind damage no length can be trusted. */
function findRecord(file: Buffer, from: number): number | undefined {
  for (let at = from; at + headerBytes <= file.length; at++) {
    const type = file[at + 6];
    if (type !== recordType.full && type !== recordType.first) continue;
    if (!("problem" in readFragment(file, at))) return at;
  }
  return undefined;
}
