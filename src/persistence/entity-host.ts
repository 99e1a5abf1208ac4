/** What all entities of a system share. */

import type { ActorDefinition } from "../actor/actor-definition.ts";
import type { ActorRef } from "../actor/actor-ref.ts";
import type { Logger } from "../actor/logger.ts";
import type { NactRef } from "../actor/nact-actor.ts";
import type { SystemEvent } from "../actor/system-event.ts";
import type { Clock } from "../clock.ts";
import type { Journal } from "../storage/journal.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { OpenStorage } from "../storage/storage.ts";
import type { EventEnvelope } from "./event-envelope.ts";
import type { EntityScope } from "./event-sourced.ts";
import type { Newcomers } from "./newcomers.ts";
import type { Permits } from "./permits.ts";

/** Takes durable events. Look at `active` before making an envelope: mostly nobody listens. */
export interface EventSink {
  readonly active: boolean;
  publishEvent(envelope: EventEnvelope): void;
}

/** The world of an entity. */
export interface EntityHost {
  readonly clock: Clock;
  readonly log: Logger;
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  /** Undefined when the storage cannot tell new streams from others at once. */
  readonly newcomers: Newcomers | undefined;
  /** See {@link OpenStorage.forget}. */
  readonly forget: OpenStorage["forget"];
  readonly scope: EntityScope;
  readonly events: EventSink;
  /** How many may recover at a time. */
  readonly recoveries: Permits;
  /** Publishes on the event stream. */
  tell(event: SystemEvent): void;
  /** Spawns a plain actor under an entity. */
  spawnChild<M, T>(definition: ActorDefinition<M, T>, name: string | undefined, parent: NactRef): ActorRef<M>;
  dropped(path: string, message: unknown, queue: "mailbox" | "stash"): void;
}
