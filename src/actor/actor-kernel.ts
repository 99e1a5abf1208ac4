/** The actors of one system: spawning, stopping, dead letters, and the end of them all. */
import type { Clock } from "../clock.ts";
import { ActorStoppedError, NameTakenError } from "../errors.ts";
import { ActorCell, type CellProperties } from "./actor-cell.ts";
import type { ActorDefinition, ActorScope } from "./actor-definition.ts";
import { encodeName } from "./actor-name.ts";
import { pathOf } from "./actor-path.ts";
import { type ActorRef, LocalRef } from "./actor-ref.ts";
import { Asks } from "./ask.ts";
import type { Cell, CellHost } from "./cell-host.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Logger } from "./logger.ts";
import { hasChild, type NactRef, spawnGuardian, startNactSystem, stopNactSystem } from "./nact-actor.ts";
import { PlainIncarnation } from "./plain-incarnation.ts";
import type { SystemEvent, SystemEventSink } from "./system-event.ts";

/** What the kernel is made of. */
export interface KernelOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly askTimeoutMs: number;
  readonly events: SystemEventSink;
}

/** Spawns, counts and ends the actors of one system. */
export class ActorKernel implements CellHost {
  readonly clock: Clock;
  readonly log: Logger;
  readonly asks: Asks;
  readonly dispatcher: Dispatcher = new Dispatcher();
  readonly nact: NactRef<never>;
  readonly #events: SystemEventSink;
  readonly #user: NactRef;
  readonly #cells = new Set<Cell>();
  #madeUpNames = 0;
  #closed = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: KernelOptions) {
    this.clock = options.clock;
    this.log = options.log;
    this.#events = options.events;
    this.asks = new Asks(options.clock, options.askTimeoutMs);
    this.nact = startNactSystem(options.name);
    this.#user = this.guardian("user");
  }

  /** A nact actor directly under the system that only has children. */
  guardian(name: string, parent: NactRef = this.nact): NactRef {
    return spawnGuardian(parent, encodeName(name));
  }

  /** @throws NameTakenError or ActorStoppedError */
  spawnCell(properties: CellProperties): ActorCell {
    if (this.#closed)
      throw new ActorStoppedError(`${pathOf(properties.parent)}/${properties.name}`, "the actor system has terminated");
    if (hasChild(properties.parent, encodeName(properties.name))) throw new NameTakenError(properties.name);
    return new ActorCell(this, properties);
  }

  /** Spawns an actor of any kind under `parent`, the `user` guardian unless told otherwise. */
  spawnUserCell(
    name: string | undefined,
    properties: Omit<CellProperties, "name" | "parent">,
    parent: NactRef = this.#user,
  ): ActorCell {
    return this.spawnCell({ ...properties, parent, name: this.#nameFor(parent, name) });
  }

  /** Spawns a plain actor under `parent`, the `user` guardian unless told otherwise. */
  spawnActor<M, S>(
    scope: ActorScope,
    definition: ActorDefinition<M, S>,
    name?: string,
    parent: NactRef = this.#user,
  ): ActorRef<M> {
    if (definition?.kind !== "actor") throw new TypeError("spawn takes a definition made by actor()");
    const { options } = definition;
    const cell = this.spawnCell({
      parent,
      name: this.#nameFor(parent, name),
      mailboxCapacity: options.mailboxCapacity,
      supervision: options.supervision,
      incarnate: (cell) =>
        new PlainIncarnation(options, {
          self: this.refTo(cell),
          system: scope,
          log: this.log,
          spawn: (child, childName) => this.spawnActor(scope, child, childName, cell.nact),
          enqueue: (envelope) => cell.enqueue(envelope),
          wake: () => cell.wake(),
        }),
    });
    return this.refTo(cell);
  }

  refTo<M>(cell: ActorCell): ActorRef<M> {
    return new LocalRef(this.asks, cell);
  }

  /** Stops every actor gracefully, and after `graceMs` ends those that are left. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    await new Promise<void>((resolve) => {
      const timer = this.clock.setTimer(graceMs, () => this.#killAll());
      this.#onEmpty = () => {
        timer.cancel();
        resolve();
      };
      for (const cell of [...this.#cells]) void cell.stop();
      if (this.#cells.size === 0) this.#onEmpty();
    });
    this.asks.close();
    stopNactSystem(this.nact);
  }

  #killAll(): void {
    for (const cell of [...this.#cells]) cell.kill();
  }

  #nameFor(parent: NactRef, given: string | undefined): string {
    if (given !== undefined) return given;
    let name: string;
    do name = `$${++this.#madeUpNames}`;
    while (hasChild(parent, encodeName(name)));
    return name;
  }

  // --- CellHost

  tell(event: SystemEvent): void {
    if (this.#events.active) this.#events.publishSystemEvent(event);
  }

  deadLetter(path: string, message: unknown, reason: string): void {
    this.tell({ type: "DeadLetter", path, message, reason });
  }

  dropped(path: string, message: unknown, queue: "mailbox" | "stash"): void {
    this.tell({ type: "MessageDropped", path, message, queue });
  }

  cellStarted(cell: Cell): void {
    this.#cells.add(cell);
    if (this.#events.active) this.tell({ type: "ActorStarted", path: cell.path });
  }

  cellEnded(cell: Cell): void {
    this.#cells.delete(cell);
    if (this.#events.active) this.tell({ type: "ActorStopped", path: cell.path });
    if (this.#closed && this.#cells.size === 0) this.#onEmpty?.();
  }
}
