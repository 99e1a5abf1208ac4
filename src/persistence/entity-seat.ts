/** Which entity it is, and where it lives. */
import type { ActorCell } from "../actor/actor-cell.ts";
import type { ActorRef } from "../actor/actor-ref.ts";
import type { EntityHost } from "./entity-host.ts";
import type { EntityType } from "./entity-type.ts";

/** What an incarnation of an entity is made of. */
export interface EntitySeat<C, E, S> {
  readonly type: EntityType<C, E, S>;
  readonly entityId: string;
  readonly persistenceId: string;
  readonly self: ActorRef<C>;
  readonly cell: ActorCell;
  readonly host: EntityHost;
  /** Called after every turn, so that an idle entity can be told from a busy one. */
  readonly touched: () => void;
}
