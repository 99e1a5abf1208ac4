/** The error of a stored event that cannot be read as one of today. */
import { quote, RekindleError, reason } from "../errors.ts";

/** A stored event could not be brought to its present version. The event itself is unchanged. */
export class UpcastFailedError extends RekindleError {
  readonly code = "UPCAST_FAILED";
  readonly persistenceId: string;
  readonly sequenceNr: number;
  /** As it is stored. */
  readonly eventType: string;
  /** As it is stored. */
  readonly version: number;
  /** Where the step begins that failed. */
  readonly step: { readonly type: string; readonly version: number };

  constructor(
    stored: { persistenceId: string; sequenceNr: number; eventType: string; version: number },
    step: { type: string; version: number },
    cause: unknown,
  ) {
    const { persistenceId, sequenceNr, eventType, version } = stored;
    super(
      `Event ${sequenceNr} of ${quote(persistenceId)}, stored as ${eventType} version ${version}, cannot be brought up to date: the step from ${step.type} version ${step.version} failed: ${reason(cause)}. Mend that step in \`events\`; the stored event is unchanged.`,
      { cause },
    );
    this.persistenceId = persistenceId;
    this.sequenceNr = sequenceNr;
    this.eventType = eventType;
    this.version = version;
    this.step = { type: step.type, version: step.version };
  }
}
