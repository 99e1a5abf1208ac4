/** The door to the runtime. */
export type { ActorContext, ActorDefinition, ActorOptions, ActorScope } from "./actor/actor-definition.ts";
export { actor } from "./actor/actor-definition.ts";
export type { ActorRef, AnyActorRef, TellOptions } from "./actor/actor-ref.ts";
export type { AskOptions } from "./actor/ask.ts";
export type { OwnBelongings, WatchMessage } from "./actor/belongings.ts";
export type { Command, ReplyOf } from "./actor/command.ts";
export type { Logger } from "./actor/logger.ts";
export type { NactRef } from "./actor/nact-actor.ts";
export type { RestartOptions, Supervision } from "./actor/supervision.ts";
export type { SystemEvent } from "./actor/system-event.ts";
export type { Timers } from "./actor/timers.ts";
export type { Clock, Timer } from "./clock.ts";
export type { EventAt, EventDeclaration, PastEvent, Upcaster } from "./codec/event-declaration.ts";
export { eventAt } from "./codec/event-declaration.ts";
export type { StandardSchemaV1 } from "./codec/standard-schema.ts";
export { UpcastFailedError } from "./errors/upcast-failed-error.ts";
export type { ValidationIssue } from "./errors/validation-error.ts";
export { ValidationError } from "./errors/validation-error.ts";
export {
  ActorFailedError,
  ActorStoppedError,
  AskTimeoutError,
  EventsNotCoveredError,
  MailboxOverflowError,
  NameTakenError,
  PersistFailedError,
  PersistRejectedError,
  RecoveryFailedError,
  RekindleError,
  SerializationError,
  StorageCorruptedError,
  StorageFailedError,
  StorageFormatError,
  StorageFullError,
  StorageLockedError,
  UnhandledCommandError,
  UnknownEventTypeError,
  VersionConflictError,
} from "./errors.ts";
export type { EventCause } from "./persistence/caused-by.ts";
export { causedBy, eventIdOf } from "./persistence/caused-by.ts";
export type { Delivery, DeliveryOptions, DeliverySource, UnconfirmedDelivery } from "./persistence/deliveries.ts";
export type { Effect, EffectFactory } from "./persistence/effect.ts";
export type { EntityRef } from "./persistence/entity-ref.ts";
export type { EventEnvelope } from "./persistence/event-envelope.ts";
export type {
  CommandContext,
  CommandSchemas,
  EntityContext,
  EntityScope,
  EventDeclarations,
  EventMeta,
  EventSourcedDefinition,
  EventSourcedOptions,
  RecoveryOptions,
  SnapshotRule,
} from "./persistence/event-sourced.ts";
export { eventSourced } from "./persistence/event-sourced.ts";
export type { EventStore, FoundState, WriteOptions, WriteResult } from "./persistence/event-store.ts";
export type { CommandIdOptions } from "./persistence/receipts.ts";
export type { PastMoment } from "./persistence/recovery.ts";
export type { ReplyWithOffset } from "./persistence/reply-with-offset.ts";
export type { Signal } from "./persistence/signal.ts";
export type { HistoryWindow, QueryOptions, StreamWindow, TagWindow } from "./query/query-options.ts";
export type { PastState, Query, ReadJournal } from "./query/read-journal.ts";
export type { StorageFault, VerificationReport, VerifyOptions } from "./storage/maintenance.ts";
export type { SnapshotCriteria } from "./storage/snapshot-store.ts";
export type { Storage } from "./storage/storage.ts";
export type { Metadata } from "./storage/stored-event.ts";
export type { EventFilter, EventStream, StreamEvent, Unsubscribe } from "./stream/event-stream.ts";
export type { ActorSystemOptions, SpawnOptions } from "./system/actor-system.ts";
export { ActorSystem } from "./system/actor-system.ts";
export type { DeleteEventsOptions, SystemStorage } from "./system/system-storage.ts";
