/** The MANIFEST of LevelDB: which tables and which logs a store consists of, as a row of edits. */
import { ByteReader } from "./byte-reader.ts";

/** What a store consists of. */
export interface Manifest {
  /** The oldest log that is not in a table yet; later ones may exist. */
  readonly logNumber: number;
  /** A log before it that counts, too; 0 when there is none. */
  readonly previousLogNumber: number;
  /** The last change that LevelDB knew of when the newest edit was written. */
  readonly lastSequence: number;
  /** The sizes of the live tables by their numbers. */
  readonly tables: ReadonlyMap<number, number>;
}

const tag = {
  comparator: 1,
  logNumber: 2,
  nextFileNumber: 3,
  lastSequence: 4,
  compactPointer: 5,
  deletedFile: 6,
  newFile: 7,
  previousLogNumber: 9,
};
const levels = 7;
const comparator = "leveldb.BytewiseComparator";

/** Follows the edits of one MANIFEST. */
export class ManifestEdits {
  #logNumber: number | undefined;
  #previousLogNumber = 0;
  #nextFileNumber: number | undefined;
  #lastSequence: number | undefined;
  readonly #levelOf = new Map<number, number>();
  readonly #tables = new Map<number, number>();

  /** @throws RangeError when the bytes are no edit, or one that cannot follow those before it */
  add(bytes: Buffer): void {
    const reader = new ByteReader(bytes);
    while (reader.left > 0) this.#addMember(reader.varint(), reader);
  }

  /** @throws RangeError when edits are missing that every MANIFEST has */
  result(): Manifest {
    if (this.#logNumber === undefined || this.#nextFileNumber === undefined || this.#lastSequence === undefined)
      throw new RangeError("its first edit is missing");
    return {
      logNumber: this.#logNumber,
      previousLogNumber: this.#previousLogNumber,
      lastSequence: this.#lastSequence,
      tables: this.#tables,
    };
  }

  #addMember(member: number, reader: ByteReader): void {
    switch (member) {
      case tag.comparator: {
        const name = reader.slice().toString();
        if (name !== comparator) throw new RangeError(`it is sorted by ${JSON.stringify(name)}`);
        break;
      }
      case tag.logNumber:
        this.#logNumber = reader.varint();
        break;
      case tag.previousLogNumber:
        this.#previousLogNumber = reader.varint();
        break;
      case tag.nextFileNumber:
        this.#nextFileNumber = reader.varint();
        break;
      case tag.lastSequence:
        this.#lastSequence = reader.varint();
        break;
      case tag.compactPointer:
        readLevel(reader);
        reader.slice();
        break;
      case tag.deletedFile:
        this.#delete(readLevel(reader), reader.varint());
        break;
      case tag.newFile:
        this.#insert(readLevel(reader), reader.varint(), reader.varint());
        // The smallest and the largest key.
        reader.slice();
        reader.slice();
        break;
      default:
        throw new RangeError(`it has a member of kind ${member}`);
    }
  }

  #delete(level: number, number: number): void {
    if (this.#levelOf.get(number) !== level) throw new RangeError(`table ${number} is deleted before it is there`);
    this.#levelOf.delete(number);
    this.#tables.delete(number);
  }

  #insert(level: number, number: number, bytes: number): void {
    if (this.#levelOf.has(number)) throw new RangeError(`table ${number} is there twice`);
    this.#levelOf.set(number, level);
    this.#tables.set(number, bytes);
  }
}

function readLevel(reader: ByteReader): number {
  const level = reader.varint();
  if (level >= levels) throw new RangeError(`there is no level ${level}`);
  return level;
}
