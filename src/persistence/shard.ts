/** The live entities of one type: activation by the first message, passivation when idle. */
import type { ActorCell, CellProperties } from "../actor/actor-cell.ts";
import type { ActorKernel } from "../actor/actor-kernel.ts";
import { decodeName, encodeName } from "../actor/actor-name.ts";
import { pathOf } from "../actor/actor-path.ts";
import { CellRef } from "../actor/actor-ref.ts";
import type { AskOptions } from "../actor/ask.ts";
import { DeadlineQueue, Waiting } from "../actor/deadline-queue.ts";
import type { Envelope } from "../actor/envelope.ts";
import type { Incarnation } from "../actor/incarnation.ts";
import { childReference, type NactRef, spawnActivatingGuardian } from "../actor/nact-actor.ts";
import type { Supervision } from "../actor/supervision.ts";
import type { Clock, Timer } from "../clock.ts";
import { ActorStoppedError, NameTakenError } from "../errors.ts";
import { withOffset } from "./reply-with-offset.ts";
import type { Writers } from "./writers.ts";

/** Everything that differs between entity types. */
export interface ShardOptions {
  readonly entityType: string;
  readonly passivateAfterMs: number;
  readonly mailboxCapacity: number | undefined;
  readonly supervision: Supervision | undefined;
  readonly persistenceId: (entityId: string) => string;
  /** Makes an incarnation; it calls `touched` after every turn. */
  readonly incarnate: (self: ShardedRef, cell: ActorCell, touched: () => void) => Incarnation;
}

/** The entities of one type. */
export class Shard {
  readonly #options: ShardOptions;
  readonly #kernel: ActorKernel;
  readonly #writers: Writers;
  readonly #guardian: NactRef;
  readonly #idle: DeadlineQueue | undefined;
  readonly #cells = new Map<string, ActorCell>();
  #closed = false;

  constructor(options: ShardOptions, kernel: ActorKernel, parent: NactRef, writers: Writers) {
    this.#options = options;
    this.#kernel = kernel;
    this.#writers = writers;
    const { entityType, passivateAfterMs } = options;
    if (passivateAfterMs !== Number.POSITIVE_INFINITY) {
      this.#idle = new DeadlineQueue(kernel.clock, passivateAfterMs, false);
    }
    this.#guardian = spawnActivatingGuardian(parent, encodeName(entityType), (encodedId) => {
      if (!this.#closed) this.#activate(this.ref(decodeName(encodedId)));
    });
  }

  /** @throws TypeError when `entityId` cannot be one */
  ref(entityId: string): ShardedRef {
    return new ShardedRef(this.#kernel, this, entityId, this.#options.persistenceId(entityId));
  }

  nactReference(entityId: string): NactRef<never> {
    return childReference(this.#guardian, encodeName(entityId));
  }

  liveCell(entityId: string): ActorCell | undefined {
    return this.#cells.get(entityId);
  }

  /** Brings an envelope to an entity, activating it; answers the envelope when that cannot be. */
  deliver(self: ShardedRef, envelope: Envelope): ActorCell | undefined {
    try {
      const cell = this.#activate(self);
      cell.enqueue(envelope);
      return cell;
    } catch (error) {
      if (!(error instanceof ActorStoppedError || error instanceof NameTakenError)) throw error;
      this.#kernel.deadLetter(self.path, envelope.message, error.message);
      envelope.reply?.reject(error);
      return undefined;
    }
  }

  /** After it, what comes after a graceful stop is a dead letter. Call it before the actors are stopped. */
  close(): void {
    this.#closed = true;
    this.#idle?.close();
  }

  #activate(self: ShardedRef): ActorCell {
    const live = this.#cells.get(self.entityId);
    if (live) return live;
    this.#writers.assertFree(self.persistenceId);
    return this.#kernel.spawnCell(new ShardedCell(this, self));
  }

  // --- for its cells

  get parent(): NactRef {
    return this.#guardian;
  }

  get options(): ShardOptions {
    return this.#options;
  }

  /** The wait for passivation; undefined when these entities stay. */
  idleness(): Idleness | undefined {
    return this.#idle && new Idleness(this.#idle, this.#kernel.clock, this.#options.passivateAfterMs);
  }

  get closed(): boolean {
    return this.#closed;
  }

  began(self: ShardedRef, cell: ActorCell): void {
    this.#cells.set(self.entityId, cell);
    this.#writers.take(self.persistenceId, cell);
  }

  ended(self: ShardedRef): void {
    this.#cells.delete(self.entityId);
    this.#writers.release(self.persistenceId);
  }
}

/** What the cell of an entity is told. */
class ShardedCell implements CellProperties {
  readonly #shard: Shard;
  readonly #self: ShardedRef;
  readonly #idleness: Idleness | undefined;

  constructor(shard: Shard, self: ShardedRef) {
    this.#shard = shard;
    this.#self = self;
    this.#idleness = shard.idleness();
  }

  get parent(): NactRef {
    return this.#shard.parent;
  }

  get name(): string {
    return this.#self.entityId;
  }

  get mailboxCapacity(): number | undefined {
    return this.#shard.options.mailboxCapacity;
  }

  get supervision(): Supervision | undefined {
    return this.#shard.options.supervision;
  }

  incarnate(cell: ActorCell): Incarnation {
    // Here and not behind the spawning: a subscriber that hears of the start may send to the entity at once.
    this.#shard.began(this.#self, cell);
    const touched = (): void => {
      if (!this.#shard.closed) this.#idleness?.hadTurn(cell);
    };
    return this.#shard.options.incarnate(this.#self, cell, touched);
  }

  onEnd(): void {
    this.#idleness?.cancel();
    this.#shard.ended(this.#self);
  }

  redeliver(envelope: Envelope): boolean {
    return !this.#shard.closed && this.#shard.deliver(this.#self, envelope) !== undefined;
  }
}

/** The wait of one entity for its passivation. A turn leaves the time and no more: a new place in the queue at each turn costs much more. */
class Idleness extends Waiting {
  readonly #queue: DeadlineQueue;
  readonly #clock: Clock;
  readonly #passivateAfterMs: number;
  #cell: ActorCell | undefined;
  #lastTurnAt = 0;
  /** For what is left when the entity had a turn while it waited. */
  #rest: Timer | undefined;

  constructor(queue: DeadlineQueue, clock: Clock, passivateAfterMs: number) {
    super();
    this.#queue = queue;
    this.#clock = clock;
    this.#passivateAfterMs = passivateAfterMs;
  }

  hadTurn(cell: ActorCell): void {
    this.#lastTurnAt = this.#clock.monotonic();
    if (this.queue || this.#rest || cell.ended) return;
    this.#cell = cell;
    this.#queue.add(this);
  }

  cancel(): void {
    this.#queue.remove(this);
    this.#rest?.cancel();
  }

  expire(): void {
    this.#rest = undefined;
    const leftMs = this.#lastTurnAt + this.#passivateAfterMs - this.#clock.monotonic();
    if (leftMs > 0) {
      this.#rest = this.#clock.setTimer(leftMs, () => this.expire());
      this.#rest.keepAlive(false);
    } else if (this.#cell && !this.#cell.endIfIdle()) {
      this.#queue.add(this);
    }
  }
}

/** A reference to an entity: finds its cell, or has it activated. */
export class ShardedRef extends CellRef {
  readonly entityId: string;
  readonly persistenceId: string;
  readonly #shard: Shard;
  #cell: ActorCell | undefined;
  #path: string | undefined;

  constructor(kernel: ActorKernel, shard: Shard, entityId: string, persistenceId: string) {
    super(kernel.asks);
    this.#shard = shard;
    this.entityId = entityId;
    this.persistenceId = persistenceId;
  }

  get path(): string {
    this.#path ??= pathOf(this.nact);
    return this.#path;
  }

  get nact(): NactRef<never> {
    return this.#shard.nactReference(this.entityId);
  }

  liveCell(): ActorCell | undefined {
    return this.#shard.liveCell(this.entityId);
  }

  askWithOffset(message: unknown, options?: AskOptions): Promise<never>;
  askWithOffset(message: unknown, options?: AskOptions): Promise<unknown> {
    return this.askThrough(message, options, withOffset);
  }

  protected send(envelope: Envelope): void {
    if (this.#cell && !this.#cell.ended) this.#cell.enqueue(envelope);
    else this.#cell = this.#shard.deliver(this, envelope);
  }
}
