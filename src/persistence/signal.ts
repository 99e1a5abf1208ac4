/** What an entity is told about itself besides commands. */
import type { UnconfirmedDelivery } from "./deliveries.ts";

/** The state is back; the first command comes next. */
export interface RecoveryCompletedSignal {
  readonly type: "RecoveryCompleted";
  readonly sequenceNr: number;
}

/** The state could not be rebuilt; the entity restarts with back-off or stops. */
export interface RecoveryFailedSignal {
  readonly type: "RecoveryFailed";
  readonly error: Error;
}

/** A snapshot is durable. */
export interface SnapshotSavedSignal {
  readonly type: "SnapshotSaved";
  readonly sequenceNr: number;
  readonly timestamp: number;
}

/** A snapshot could not be saved; nothing is lost, recovery will take longer. */
export interface SnapshotFailedSignal {
  readonly type: "SnapshotFailed";
  readonly sequenceNr: number;
  readonly error: Error;
}

/** A write failed and its outcome is unknown; the entity recovers from the journal. One signal for each command it held. */
export interface PersistFailedSignal {
  readonly type: "PersistFailed";
  readonly command: unknown;
  readonly error: Error;
}

/** A write was refused and surely not stored. */
export interface PersistRejectedSignal {
  readonly type: "PersistRejected";
  readonly command: unknown;
  readonly error: Error;
}

/** Events up to a sequence number are gone, by the retention rule. */
export interface EventsDeletedSignal {
  readonly type: "EventsDeleted";
  readonly toSequenceNr: number;
}

/** The entity has stopped, or this incarnation of it ends before a restart. */
export interface PostStopSignal {
  readonly type: "PostStop";
}

/** Snapshots up to a sequence number are gone, by the retention rule. */
export interface SnapshotsDeletedSignal {
  readonly type: "SnapshotsDeleted";
  readonly toSequenceNr: number;
}

/** The retention rule could not delete; nothing is lost, and the next cycle tries again. */
export interface DeletionFailedSignal {
  readonly type: "DeletionFailed";
  readonly toSequenceNr: number;
  readonly error: Error;
}

/** Deliveries have been tried `warnAfterAttempts` times; they go on being tried. */
export interface DeliveriesUnconfirmedSignal {
  readonly type: "DeliveriesUnconfirmed";
  /** Everything that is unconfirmed, the oldest first. */
  readonly deliveries: readonly UnconfirmedDelivery[];
}

/** Everything that `onSignal` can be given. */
export type Signal =
  | RecoveryCompletedSignal
  | RecoveryFailedSignal
  | SnapshotSavedSignal
  | SnapshotFailedSignal
  | PersistFailedSignal
  | PersistRejectedSignal
  | EventsDeletedSignal
  | SnapshotsDeletedSignal
  | DeletionFailedSignal
  | DeliveriesUnconfirmedSignal
  | PostStopSignal;
