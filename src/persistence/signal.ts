/** What an entity is told about itself besides commands. */

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

/** Everything that `onSignal` can be given. */
export type Signal =
  | RecoveryCompletedSignal
  | RecoveryFailedSignal
  | SnapshotSavedSignal
  | SnapshotFailedSignal
  | PersistFailedSignal
  | PersistRejectedSignal
  | EventsDeletedSignal
  | PostStopSignal;
