/** What an entity knows about itself, as its handlers are given it. */
import type { ActorRef } from "../actor/actor-ref.ts";
import type { Logger } from "../actor/logger.ts";
import { type BelongingsOwner, OwnContext } from "../actor/own-context.ts";
import { type Metadata, noMetadata } from "../storage/stored-event.ts";
import type { EffectFactory } from "./effect.ts";
import type { EntitySeat } from "./entity-seat.ts";
import type { CommandContext, EntityScope } from "./event-sourced.ts";

/** One for each incarnation; what differs from command to command is set before each. */
export class HandlerContext<C, E, S> extends OwnContext<C> implements CommandContext<C, E, S> {
  readonly #seat: EntitySeat<C, E, S>;
  sequenceNr = 0;
  metadata: Metadata = noMetadata;

  constructor(seat: EntitySeat<C, E, S>, owner: BelongingsOwner<C>) {
    super(owner);
    this.#seat = seat;
  }

  get effect(): EffectFactory<C, E, S> {
    return this.#seat.type.effects;
  }

  get self(): ActorRef<C> {
    return this.#seat.self;
  }

  get persistenceId(): string {
    return this.#seat.persistenceId;
  }

  get entityId(): string {
    return this.#seat.entityId;
  }

  get log(): Logger {
    return this.#seat.host.log;
  }

  get system(): EntityScope {
    return this.#seat.host.scope;
  }

  get spawn(): EntityScope["spawn"] {
    const { host, cell } = this.#seat;
    return (child, name) => host.spawnChild(child, name, cell.nact);
  }
}
