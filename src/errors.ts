/** Errors that leave the library: one base class, one stable code each; docs/errors.md has a heading per code. More are in errors/. */

/** Base of all errors of this library. `code` is stable and meant for programs; the message is meant for people. */
export abstract class RekindleError extends Error {
  abstract readonly code: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** No reply came in time. The command may still be handled: whether it was stored is unknown. */
export class AskTimeoutError extends RekindleError {
  readonly code = "ASK_TIMEOUT";
  readonly path: string;
  readonly messageType: string;
  readonly timeoutMs: number;

  constructor(path: string, messageType: string, timeoutMs: number) {
    super(
      `${path} did not answer ${messageType} within ${timeoutMs} ms; the outcome is unknown. Read the state before sending it again, or raise timeoutMs.`,
    );
    this.path = path;
    this.messageType = messageType;
    this.timeoutMs = timeoutMs;
  }
}

/** The write failed and its outcome is unknown: the events may be there after the next recovery. */
export class PersistFailedError extends RekindleError {
  readonly code = "PERSIST_FAILED";
  readonly outcome = "unknown";
  readonly persistenceId: string;

  constructor(persistenceId: string, cause: unknown) {
    super(
      `Persisting events of ${quote(persistenceId)} failed: ${reason(cause)}. Whether they are stored is unknown; the entity recovers from the journal before it takes another command.`,
      { cause },
    );
    this.persistenceId = persistenceId;
  }
}

/** The write was refused: surely nothing of it is stored. */
export class PersistRejectedError extends RekindleError {
  readonly code: string = "PERSIST_REJECTED";
  readonly outcome = "not-stored";
  readonly persistenceId: string;

  constructor(persistenceId: string, cause: unknown, message?: string) {
    super(message ?? `Events of ${quote(persistenceId)} were refused and are not stored: ${reason(cause)}.`, { cause });
    this.persistenceId = persistenceId;
  }
}

/** A value that JSON would damage (an event, a reply, a snapshot, metadata). Nothing was stored. */
export class SerializationError extends PersistRejectedError {
  override readonly code = "SERIALIZATION";
  readonly what: string;
  readonly path: string;
  readonly problem: string;

  /**
   * @param what what the value was meant to be, such as `event ItemAdded`
   * @param path where in it the offending value is, in the form `$.items[0].price`
   * @param problem what is wrong there
   */
  constructor(persistenceId: string, what: string, path: string, problem: string, cause?: unknown) {
    super(
      persistenceId,
      cause,
      `The ${what}${persistenceId === "" ? "" : ` of ${quote(persistenceId)}`} cannot be stored as JSON: ${path} ${problem}. Nothing was stored.`,
    );
    this.what = what;
    this.path = path;
    this.problem = problem;
  }
}

/** An entity could not be rebuilt from its snapshot and its events. */
export class RecoveryFailedError extends RekindleError {
  readonly code = "RECOVERY_FAILED";
  readonly persistenceId: string;
  readonly sequenceNr: number;

  constructor(persistenceId: string, sequenceNr: number, cause: unknown) {
    super(
      `Recovery of ${quote(persistenceId)} failed after sequence number ${sequenceNr}: ${reason(cause)}. The command was not handled; mend the cause and send it again.`,
      { cause },
    );
    this.persistenceId = persistenceId;
    this.sequenceNr = sequenceNr;
  }
}

/** The actor has stopped, or stopped before it could answer. */
export class ActorStoppedError extends RekindleError {
  readonly code = "ACTOR_STOPPED";
  readonly path: string;
  readonly detail: string;

  constructor(path: string, detail = "it has stopped", cause?: unknown) {
    super(`${path} does not answer: ${detail}.`, { cause });
    this.path = path;
    this.detail = detail;
  }
}

/** The actor threw while it handled this message, or while it handled one that this message depended on. */
export class ActorFailedError extends RekindleError {
  readonly code = "ACTOR_FAILED";
  readonly path: string;
  readonly phase: string;

  constructor(path: string, phase: string, cause: unknown) {
    super(`${path} failed in ${phase}: ${reason(cause)}.`, { cause });
    this.path = path;
    this.phase = phase;
  }
}

/** The mailbox or the stash of an actor is full; the message was not taken. */
export class MailboxOverflowError extends RekindleError {
  readonly code = "MAILBOX_OVERFLOW";
  readonly path: string;
  readonly capacity: number;
  readonly queue: "mailbox" | "stash";

  constructor(path: string, capacity: number, queue: "mailbox" | "stash" = "mailbox") {
    super(
      `The ${queue} of ${path} is full (${capacity} messages); this one was not taken. Send fewer at once, or raise ${queue}Capacity.`,
    );
    this.path = path;
    this.capacity = capacity;
    this.queue = queue;
  }
}

/** The commandHandler did not know the command. */
export class UnhandledCommandError extends RekindleError {
  readonly code = "UNHANDLED_COMMAND";
  readonly path: string;
  readonly commandType: string;

  constructor(path: string, commandType: string) {
    super(`${path} does not handle ${commandType}. Nothing was stored.`);
    this.path = path;
    this.commandType = commandType;
  }
}

/** Somebody else has written to the stream since it was read. Nothing was stored. */
export class VersionConflictError extends RekindleError {
  readonly code = "VERSION_CONFLICT";
  readonly persistenceId: string;
  readonly expectedVersion: number;
  readonly actualVersion: number;

  constructor(persistenceId: string, expectedVersion: number, actualVersion: number) {
    super(
      `${quote(persistenceId)} is at version ${actualVersion}, not ${expectedVersion}: another writer was faster. Nothing was stored; read it again and decide anew.`,
    );
    this.persistenceId = persistenceId;
    this.expectedVersion = expectedVersion;
    this.actualVersion = actualVersion;
  }
}

/** An actor of that name, or a live entity with that persistence id, exists already. */
export class NameTakenError extends RekindleError {
  readonly code = "NAME_TAKEN";
  readonly taken: string;

  constructor(taken: string) {
    super(`${quote(taken)} is in use. Await system.stop(ref) or system.kill(ref) before using the name again.`);
    this.taken = taken;
  }
}

/** The store is open already, in this process or another. */
export class StorageLockedError extends RekindleError {
  readonly code = "STORAGE_LOCKED";
  readonly location: string;
  readonly owner: string;

  constructor(location: string, owner: string, cause?: unknown) {
    super(
      `The store ${location} is in use by ${owner}. One process at a time may open it: stop that one, or use another directory.`,
      { cause },
    );
    this.location = location;
    this.owner = owner;
  }
}

/** Stored bytes are not what was written. */
export class StorageCorruptedError extends RekindleError {
  readonly code = "STORAGE_CORRUPTED";
  readonly location: string;
  readonly where: string;
  readonly problem: string;

  constructor(location: string, where: string, problem: string, cause?: unknown) {
    super(
      `The store ${location} is damaged at ${where}: ${problem}. Nothing was changed; restore a backup, or salvage what is readable.`,
      { cause },
    );
    this.location = location;
    this.where = where;
    this.problem = problem;
  }
}

/** The store was written by another version of the storage format, or by another program. */
export class StorageFormatError extends RekindleError {
  readonly code = "STORAGE_FORMAT";
  readonly location: string;
  readonly problem: string;

  constructor(location: string, problem: string, cause?: unknown) {
    super(`The store ${location} cannot be opened: ${problem}. Nothing was changed.`, { cause });
    this.location = location;
    this.problem = problem;
  }
}

/** The disk is full. */
export class StorageFullError extends RekindleError {
  readonly code = "STORAGE_FULL";
  readonly location: string;

  constructor(location: string, cause?: unknown) {
    super(`The disk of the store ${location} is full. Everything acknowledged is kept; free some space.`, { cause });
    this.location = location;
  }
}

/** The store cannot be read or written: an I/O error, missing rights, or a store that has been closed. */
export class StorageFailedError extends RekindleError {
  readonly code = "STORAGE_FAILED";
  readonly location: string;
  readonly phase: string;

  constructor(location: string, phase: string, cause?: unknown) {
    super(`The store ${location} failed while ${phase}${cause === undefined ? "" : `: ${reason(cause)}`}.`, { cause });
    this.location = location;
    this.phase = phase;
  }
}

/** The events are not contained in any snapshot that can be read. Nothing was deleted. */
export class EventsNotCoveredError extends RekindleError {
  readonly code = "EVENTS_NOT_COVERED";
  readonly persistenceId: string;
  readonly toSequenceNr: number;

  constructor(persistenceId: string, toSequenceNr: number) {
    super(
      `No readable snapshot of ${quote(persistenceId)} contains its events up to ${toSequenceNr}; without them it could not recover. Nothing was deleted; save a snapshot first, or pass { force: true }.`,
    );
    this.persistenceId = persistenceId;
    this.toSequenceNr = toSequenceNr;
  }
}

/** The journal holds an event of a type, or of a version, that the definition does not know. */
export class UnknownEventTypeError extends RekindleError {
  readonly code = "UNKNOWN_EVENT_TYPE";
  readonly persistenceId: string;
  readonly sequenceNr: number;
  readonly eventType: string;
  readonly version: number;

  constructor(persistenceId: string, sequenceNr: number, eventType: string, version: number) {
    super(
      `Event ${sequenceNr} of ${quote(persistenceId)} is ${eventType} version ${version}, which the definition does not know. Add it to \`events\`, or run the newer code.`,
    );
    this.persistenceId = persistenceId;
    this.sequenceNr = sequenceNr;
    this.eventType = eventType;
    this.version = version;
  }
}

/** An id as messages show it. */
export function quote(id: string): string {
  return JSON.stringify(id);
}

/** What went wrong, to go on within a sentence. */
export function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause);
}
