/** What a LevelDB store can be told, with every default and every limit in one place. */

/** Options of `levelStorage`. */
export interface LevelStorageOptions {
  /**
   * When a write counts as done. `"sync"` (the default): once it is on the disk, so it survives a power cut.
   * `"async"`: once the operating system has it. It survives a crash of this process; a power cut loses the last seconds.
   */
  readonly durability?: "sync" | "async";
  /** How many bytes may wait to be written before the backlog counts as full; entities then stop taking commands. Default 16 MiB. */
  readonly pendingBytesMax?: number;
  /** How many bytes one atomic commit gathers before the next one is begun. A larger single append still makes one commit. Default 4 MiB. */
  readonly commitBytesMax?: number;
  /** How many streams without pending writes keep their last sequence number in memory. That of an entity goes with it. Default 100,000. */
  readonly cachedStreamsMax?: number;
  /** How many bytes of stored events one batch of a read takes from the disk; one commit of a stream is never split. Default 1 MiB. */
  readonly readBytesMax?: number;
  /**
   * Whether every commit waits until the high-water mark is on the disk, too. Default false: the mark follows within a second or
   * 50 commits, and a damage of the log that looks like a crash in the middle of a write can hide commits of that time.
   * Only with `durability: "sync"`.
   */
  readonly strictTail?: boolean;
  /** Whether every record is read and proved before the store can be used; a fault is a StorageCorruptedError then. Default false. */
  readonly verifyOnOpen?: boolean;
}

/** The options with their defaults filled in. */
export type LevelSettings = Required<LevelStorageOptions>;

const defaults: LevelSettings = {
  durability: "sync",
  pendingBytesMax: 16 * 1024 * 1024,
  commitBytesMax: 4 * 1024 * 1024,
  cachedStreamsMax: 100_000,
  readBytesMax: 1024 * 1024,
  strictTail: false,
  verifyOnOpen: false,
};

/** So many waiting events are written at once, however many commands are under way. */
export const eagerEventsMax = 512;

/** Fewer never are: they wait for the end of the round. */
export const eagerEventsMin = 32;

/** Waiting bytes that make an idle store write at once. */
export const eagerBytes = 65_536;

/** What one commit writes of one stream goes into frames of about this size: a read takes whole frames. */
export const frameBytesMax = 1_048_576;

/** So much memory is reserved to put records together in. */
export const recordArenaBytes = 262_144;

/** How many records one step of a read fetches at the most. */
export const readRecordsMax = 256;

/** How many events of a stream are parsed before they are given, one frame at least: what waits longer survives the young generation's collection. */
export const eventsPerBatch = 512;

/** What one step takes from the disk when a copy or a whole store is proved. */
export const proofStep: { readonly records: number; readonly bytes: number } = {
  records: 1_000,
  bytes: 4 * 1024 * 1024,
};

/** How many records of a deletion go into one commit at the most. */
export const deletedRecordsMax = 1_000;

/** Commits after which the high-water mark is written, beside those that follow. */
export const markCommitsMax = 50;

/** After this time it is written in any case, in milliseconds. */
export const markDelayMs = 1_000;

/** So many bytes of tables, the newest first, are proved against their checksums when a store is opened; the rest when it is verified. */
export const provedTableBytesMax = 268_435_456;

/** How much LevelDB gathers in memory, and so in the log that an opening reads, before it writes a table. Less stalls many streams, more slows every insert. */
export const writeBufferBytes = 16_777_216;

/** How long a poisoned store waits before it is opened anew, in milliseconds; twice as long after each attempt that fails. */
export const reopenDelayMsMin = 100;

/** The longest it waits between two attempts, in milliseconds. */
export const reopenDelayMsMax = 10_000;

/** @throws TypeError when an option is unknown or out of range */
export function resolveOptions(options: LevelStorageOptions): LevelSettings {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(defaults, name))
      throw new TypeError(`levelStorage has no option ${name}; it has ${Object.keys(defaults).join(", ")}`);
  }
  const durability = options.durability ?? defaults.durability;
  if (durability !== "sync" && durability !== "async") {
    throw new TypeError(`durability must be "sync" or "async", not ${JSON.stringify(durability)}`);
  }
  const strictTail = options.strictTail ?? defaults.strictTail;
  if (typeof strictTail !== "boolean")
    throw new TypeError(`strictTail must be true or false, not ${String(strictTail)}`);
  if (strictTail && durability !== "sync") throw new TypeError('strictTail needs durability: "sync"');
  const verifyOnOpen = options.verifyOnOpen ?? defaults.verifyOnOpen;
  if (typeof verifyOnOpen !== "boolean")
    throw new TypeError(`verifyOnOpen must be true or false, not ${String(verifyOnOpen)}`);
  return {
    durability,
    strictTail,
    verifyOnOpen,
    pendingBytesMax: positive(options, "pendingBytesMax"),
    commitBytesMax: positive(options, "commitBytesMax"),
    cachedStreamsMax: positive(options, "cachedStreamsMax"),
    readBytesMax: positive(options, "readBytesMax"),
  };
}

function positive(
  options: LevelStorageOptions,
  name: Exclude<keyof LevelSettings, "durability" | "strictTail" | "verifyOnOpen">,
): number {
  const value = options[name] ?? defaults[name];
  if (!Number.isSafeInteger(value) || value < 1)
    throw new TypeError(`${name} must be a whole number of at least 1, not ${String(value)}`);
  return value;
}
