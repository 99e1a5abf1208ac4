/** The errors of projections. */
import { quote, RekindleError, reason } from "../errors.ts";

/** A projection has stopped at an event whose handler fails. Its place is before that event, and nothing of it is stored. */
export class ProjectionFailedError extends RekindleError {
  readonly code = "PROJECTION_FAILED";
  readonly projection: string;
  readonly offset: number;
  readonly persistenceId: string;
  readonly sequenceNr: number;

  constructor(
    projection: string,
    event: { readonly offset: number; readonly persistenceId: string; readonly sequenceNr: number },
    cause: unknown,
  ) {
    super(
      `The projection ${quote(projection)} has stopped at event ${event.sequenceNr} of ${quote(event.persistenceId)} (offset ${event.offset}): ${reason(cause)}. Mend the handler and start it again, or let it skip.`,
      { cause },
    );
    this.projection = projection;
    this.offset = event.offset;
    this.persistenceId = event.persistenceId;
    this.sequenceNr = event.sequenceNr;
  }
}

/** The projection does not run, so what was waited for does not come. */
export class ProjectionStoppedError extends RekindleError {
  readonly code = "PROJECTION_STOPPED";
  readonly projection: string;

  constructor(projection: string, cause?: unknown) {
    const why = cause === undefined ? "it was stopped" : reason(cause);
    super(`The projection ${quote(projection)} does not run: ${why}.`, { cause });
    this.projection = projection;
  }
}

/** The view does not contain the offset in time. */
export class ProjectionTimeoutError extends RekindleError {
  readonly code = "PROJECTION_TIMEOUT";
  readonly projection: string;
  readonly awaitedOffset: number;
  readonly offset: number;
  readonly timeoutMs: number;

  constructor(projection: string, awaitedOffset: number, offset: number, timeoutMs: number) {
    super(
      `The projection ${quote(projection)} is at offset ${offset} and has not come to ${awaitedOffset} within ${timeoutMs} ms.`,
    );
    this.projection = projection;
    this.awaitedOffset = awaitedOffset;
    this.offset = offset;
    this.timeoutMs = timeoutMs;
  }
}

/** A command of a process manager was rejected by its entity. The outcome is recorded: a repetition gets the same. */
export class CommandRejectedError extends RekindleError {
  readonly code = "COMMAND_REJECTED";
  readonly command: string;
  /** The name of the error that the entity rejected the command with. */
  readonly rejection: string;
  /** Its `code`, if it has one. */
  readonly rejectionCode: string | undefined;

  constructor(command: string, rejection: { readonly name: string; readonly message: string; readonly code?: string }) {
    super(`${command} was rejected with ${rejection.name}: ${rejection.message}`);
    this.command = command;
    this.rejection = rejection.name;
    this.rejectionCode = rejection.code;
  }
}
