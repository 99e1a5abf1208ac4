/** What the system tells about itself on the event stream. */

interface AboutActor {
  /** The path of the actor. */
  readonly path: string;
}

interface AboutEntity {
  readonly persistenceId: string;
  readonly sequenceNr: number;
}

/** A message could not be delivered because the actor has stopped. */
export interface DeadLetter extends AboutActor {
  readonly type: "DeadLetter";
  readonly message: unknown;
  readonly reason: string;
}

/** An entity did not know a command. */
export interface UnhandledMessage extends AboutActor {
  readonly type: "UnhandledMessage";
  readonly message: unknown;
}

/** A mailbox or a stash was full. */
export interface MessageDropped extends AboutActor {
  readonly type: "MessageDropped";
  readonly message: unknown;
  readonly queue: "mailbox" | "stash";
}

/** An actor exists; an entity may still have to recover. */
export interface ActorStarted extends AboutActor {
  readonly type: "ActorStarted";
}

/** An actor is gone, by stop, by kill, by passivation, or after a failure. */
export interface ActorStopped extends AboutActor {
  readonly type: "ActorStopped";
}

/** An actor threw. `restarts` counts those since its last quiet time, this one included; `willRestart` is false after the last. */
export interface ActorFailed extends AboutActor {
  readonly type: "ActorFailed";
  readonly error: unknown;
  readonly restarts: number;
  readonly willRestart: boolean;
}

/** An entity has its state back and takes commands. */
export interface RecoveryCompleted extends AboutActor, AboutEntity {
  readonly type: "RecoveryCompleted";
  /** The sequence number of the snapshot that it began with; 0 without one. */
  readonly snapshotSequenceNr: number;
  /** How many events were replayed after it. */
  readonly replayedEvents: number;
}

/** A snapshot is durable. */
export interface SnapshotSaved extends AboutActor, AboutEntity {
  readonly type: "SnapshotSaved";
}

/** The store as a whole cannot be written any more, such as with a full disk. */
export interface StorageFailed {
  readonly type: "StorageFailed";
  readonly error: Error;
}

/** The store takes writes again after it has failed. */
export interface StorageRecovered {
  readonly type: "StorageRecovered";
}

/** Which event it was. */
interface EventPlace extends AboutEntity {
  readonly offset: number;
}

/** A handler of a projection, or the store of its view, has failed. Without an event it was the store, or the projection as a whole. */
export interface ProjectionFailed {
  readonly type: "ProjectionFailed";
  readonly projection: string;
  readonly at?: EventPlace;
  readonly error: unknown;
  /** False when the projection has stopped. */
  readonly willRetry: boolean;
}

/** A projection has given an event up, as its definition says; the view does not contain it. */
export interface EventSkipped {
  readonly type: "EventSkipped";
  readonly projection: string;
  readonly at: EventPlace;
  readonly error: unknown;
}

/** Everything that the system tells about itself. */
export type SystemEvent =
  | DeadLetter
  | UnhandledMessage
  | MessageDropped
  | ActorStarted
  | ActorStopped
  | ActorFailed
  | RecoveryCompleted
  | SnapshotSaved
  | StorageFailed
  | StorageRecovered
  | ProjectionFailed
  | EventSkipped;

/** Takes system events. Look at `active` before making one: mostly nobody listens. */
export interface SystemEventSink {
  readonly active: boolean;
  publishSystemEvent(event: SystemEvent): void;
}
