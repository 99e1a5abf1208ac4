/** A whole store as lines of JSON, and back: every record with the very text that is stored. */
import { createHash, type Hash } from "node:crypto";
import { recordChecksum } from "../../codec/checksum.ts";
import { StorageCorruptedError } from "../../errors.ts";
import type { VerificationReport } from "../../storage/maintenance.ts";
import { proofStep } from "../level-storage-options.ts";
import type { VerifiedDatabase } from "../opening/open-verified.ts";
import { checksumBytes, recordText } from "../records/record.ts";
import { isViewKey } from "../records/record-keys.ts";
import { proveStore } from "../scrub/prove-store.ts";
import { fillNewFolder } from "./new-folder.ts";
import { useFolder, useStore } from "./use-store.ts";

const firstLine = '{"rekindle":"export","version":1}';
const keyMember = '{"key":';
const valueMember = ',"value":';

/** The last line: proves that no other was lost or changed. */
interface Footer {
  readonly records: number;
  /** Of all lines before, each with its line end. */
  readonly sha256: string;
  readonly highestOffset: number;
  readonly headDigest: string;
}

/** The tool of the same name. */
export function exportStore(location: string, write: (line: string) => Promise<void>): Promise<void> {
  return useStore(location, async (store, place) => {
    const { highestOffset, headDigest } = await proveStore(store, place);
    const digest = createHash("sha256");
    let records = 0;
    await writeLine(digest, write, firstLine);
    for await (const [key, value] of store.db.iterator({ highWaterMarkBytes: proofStep.bytes })) {
      if (isViewKey(key)) continue;
      const text = recordText(location, `the record ${JSON.stringify(key)}`, key, value);
      await writeLine(digest, write, `${keyMember}${JSON.stringify(key)}${valueMember}${text}}`);
      records++;
    }
    const footer: Footer = { records, sha256: digest.digest("hex"), highestOffset, headDigest };
    await write(JSON.stringify(footer));
  });
}

/** The tool of the same name. */
export function importStore(lines: AsyncIterable<string>, location: string): Promise<VerificationReport> {
  return fillNewFolder(location, "importing", async (folder) => {
    const place = { folder, location };
    const footer = await useFolder(place, (store) => takeIn(store, location, lines));
    return useFolder(place, async (store) => {
      const report = await proveStore(store, place);
      if (report.headDigest === footer.headDigest && report.highestOffset === footer.highestOffset) return report;
      throw new StorageCorruptedError(location, "the end of the history", "it is not that of the export");
    });
  });
}

async function takeIn(store: VerifiedDatabase, location: string, lines: AsyncIterable<string>): Promise<Footer> {
  const digest = createHash("sha256");
  let number = 0;
  let batch = store.target.batch();
  for await (const line of lines) {
    const footer = number > 0 ? parseFooter(line) : undefined;
    if (footer) {
      await batch.write({ sync: true, lastOrdinal: footer.highestOffset });
      if (footer.records === number - 1 && footer.sha256 === digest.digest("hex")) return footer;
      throw new StorageCorruptedError(location, "the export", "lines of it are missing or altered");
    }
    number++;
    digest.update(`${line}\n`);
    if (number === 1) {
      if (line !== firstLine) throw new StorageCorruptedError(location, "line 1", "it is no export of rekindle");
      continue;
    }
    const [key, text] = parseRecord(line) ?? [];
    if (key === undefined || text === undefined)
      throw new StorageCorruptedError(location, `line ${number}`, "it is no record");
    batch.put(key, recordValue(key, text));
    if (number % proofStep.records === 0) {
      await batch.write({ sync: true, lastOrdinal: 0 });
      batch = store.target.batch();
    }
  }
  throw new StorageCorruptedError(location, "the export", "its last line is missing");
}

function parseRecord(line: string): readonly [key: string, text: string] | undefined {
  const middle = line.indexOf(`"${valueMember}`);
  if (!line.startsWith(keyMember) || middle < 0 || !line.endsWith("}")) return undefined;
  try {
    const key: unknown = JSON.parse(line.slice(keyMember.length, middle + 1));
    return typeof key === "string" ? [key, line.slice(middle + 1 + valueMember.length, -1)] : undefined;
  } catch {
    return undefined;
  }
}

function parseFooter(line: string): Footer | undefined {
  if (!line.startsWith('{"records":')) return undefined;
  const footer: unknown = JSON.parse(line);
  return isFooter(footer) ? footer : undefined;
}

function isFooter(json: unknown): json is Footer {
  return typeof json === "object" && json !== null && "records" in json && "sha256" in json && "headDigest" in json;
}

function recordValue(key: string, text: string): Buffer {
  const value = Buffer.alloc(checksumBytes + Buffer.byteLength(text));
  value.write(text, checksumBytes);
  value.writeUInt32LE(recordChecksum(key, text), 0);
  return value;
}

async function writeLine(digest: Hash, write: (line: string) => Promise<void>, line: string): Promise<void> {
  digest.update(`${line}\n`);
  await write(line);
}
