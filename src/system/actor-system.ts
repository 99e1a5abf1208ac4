/** The assembled actor system: actors, entities, a store, the event stream and the read side under one name. */
import { type ActorDefinition, assertCapacity } from "../actor/actor-definition.ts";
import { ActorKernel } from "../actor/actor-kernel.ts";
import { assertName, encodeName } from "../actor/actor-name.ts";
import { type ActorRef, type AnyActorRef, liveCellOf } from "../actor/actor-ref.ts";
import { type Logger, silentLogger } from "../actor/logger.ts";
import { isParent, type NactRef } from "../actor/nact-actor.ts";
import { type Clock, systemClock, type Timer } from "../clock.ts";
import type { EntityRef } from "../persistence/entity-ref.ts";
import { EntityRegistry } from "../persistence/entity-registry.ts";
import type { EntityScope, EventSourcedDefinition } from "../persistence/event-sourced.ts";
import { EventStore } from "../persistence/event-store.ts";
import { Newcomers } from "../persistence/newcomers.ts";
import { Permits } from "../persistence/permits.ts";
import { LiveTail } from "../query/live-tail.ts";
import { ReadJournal } from "../query/read-journal.ts";
import type { OpenStorage, Storage } from "../storage/storage.ts";
import type { ViewStore } from "../storage/view-store.ts";
import { EventStream } from "../stream/event-stream.ts";
import { SystemStorage } from "./system-storage.ts";

/** How a system differs from the defaults. */
export interface ActorSystemOptions {
  /** Where events and snapshots are kept. Without it only plain actors can be spawned. */
  readonly storage?: Storage;
  /** Default: the clock of the operating system. */
  readonly clock?: Clock;
  /** Default: silence. Pass `console`, or a logger of your own. */
  readonly log?: Logger;
  /** How long an `ask` waits unless it says otherwise, in milliseconds. Default 5,000. */
  readonly askTimeoutMs?: number;
  /** How many entities may recover at a time; the others wait in order. Default 64. */
  readonly maxConcurrentRecoveries?: number;
  /** How long `terminate` lets actors finish before it ends them, in milliseconds. Default 10,000. */
  readonly terminateGraceMs?: number;
}

/** Where an actor is spawned. */
export interface SpawnOptions {
  /**
   * An actor or a system of nact, also of one that nact's own `start` made; the actor ends when it stops or is reset.
   * Default: the `user` guardian.
   */
  readonly parent?: NactRef;
}

const defaults = { askTimeoutMs: 5_000, maxConcurrentRecoveries: 64, terminateGraceMs: 10_000 };

/** A running actor system. Make one with {@link ActorSystem.create}. */
export class ActorSystem implements EntityScope {
  readonly name: string;
  readonly clock: Clock;
  readonly eventStream: EventStream;
  readonly #kernel: ActorKernel;
  readonly #store: OpenStorage | undefined;
  readonly #entities: EntityRegistry | undefined;
  readonly #tail: LiveTail | undefined;
  readonly #readJournal: ReadJournal | undefined;
  readonly #eventStore: EventStore | undefined;
  readonly #storage: SystemStorage | undefined;
  readonly #graceMs: number;
  readonly #tasksBeforeEnd = new Set<() => Promise<void>>();
  #terminated: Promise<void> | undefined;

  private constructor(
    name: string,
    options: ActorSystemOptions & typeof defaults,
    events: EventStream,
    store: OpenStorage | undefined,
  ) {
    const { clock = systemClock, log = silentLogger } = options;
    this.name = name;
    this.clock = clock;
    this.eventStream = events;
    this.#graceMs = options.terminateGraceMs;
    this.#store = store;
    this.#kernel = new ActorKernel({ name: encodeName(name), clock, log, askTimeoutMs: options.askTimeoutMs, events });
    if (!store) return;
    const { journal, snapshots } = store;
    const entities = new EntityRegistry(this.#kernel, {
      clock,
      log,
      journal,
      snapshots,
      newcomers: store.untouched && new Newcomers(store.untouched.bind(store), clock),
      forget: store.forget?.bind(store),
      events,
      scope: this,
      recoveries: new Permits(options.maxConcurrentRecoveries),
      tell: (event) => this.#kernel.tell(event),
      spawnChild: (child, name, parent) => this.#kernel.spawnActor(this, child, name, parent),
      dropped: (path, message, queue) => this.#kernel.dropped(path, message, queue),
    });
    this.#entities = entities;
    this.#tail = new LiveTail(journal, entities, clock);
    this.#readJournal = new ReadJournal(journal, entities, this.#tail);
    this.#eventStore = new EventStore(entities);
    this.#storage = new SystemStorage(store, entities);
  }

  /**
   * Opens the store and starts the system.
   *
   * @param name part of every path
   * @throws TypeError for wrong options, and whatever {@link Storage.open} throws
   */
  static async create(name: string, options: ActorSystemOptions = {}): Promise<ActorSystem> {
    assertName(name, "the name of an actor system");
    const merged = { ...options, ...withDefaults(options) };
    const { storage, clock = systemClock, log = silentLogger } = options;
    assertMethods(storage, ["open"], "storage must be made by levelStorage(), memoryStorage() or the like");
    assertMethods(clock, ["now", "monotonic", "setTimer"], "clock must have the methods of a Clock");
    assertMethods(log, ["debug", "info", "warn", "error"], "log must have the methods of the console");
    const events = new EventStream(log);
    const store = await storage?.open({
      clock,
      onWarning: (message) => log.warn(message),
      onFailure: (error) => {
        log.error(`${storage.description} failed`, error);
        if (events.active) events.publishSystemEvent({ type: "StorageFailed", error });
      },
      onRecovered: () => {
        log.info(`${storage.description} takes writes again`);
        if (events.active) events.publishSystemEvent({ type: "StorageRecovered" });
      },
    });
    return new ActorSystem(name, merged, events, store);
  }

  /** The nact system: actors spawned under it with nact's own `spawn` live beside ours. */
  get nact(): NactRef<never> {
    return this.#kernel.nact;
  }

  /** Proves, copies and prunes the store. @throws TypeError when the system has no storage */
  get storage(): SystemStorage {
    return this.#storage ?? this.#noStorage();
  }

  /** Streams of events for code without actors, beside live entities. @throws TypeError when the system has no storage */
  get eventStore(): EventStore {
    return this.#eventStore ?? this.#noStorage();
  }

  /** The read models that are kept beside the events. @throws TypeError when the system has no storage, or one that keeps none */
  get views(): ViewStore {
    const { views } = this.#store ?? this.#noStorage();
    if (views) return views;
    throw new TypeError(
      `the storage of actor system ${this.name} keeps no views; give the projection a store of its own`,
    );
  }

  /** The stored history. @throws TypeError when the system has no storage */
  get readJournal(): ReadJournal {
    return this.#readJournal ?? this.#noStorage();
  }

  /**
   * A reference to an entity, live or not: its first message activates and recovers it.
   *
   * @throws TypeError for a bad id, a second definition of an entity type in use, or a system without storage
   */
  entityRef<C, E, S>(definition: EventSourcedDefinition<C, E, S>, entityId: string): EntityRef<C> {
    return (this.#entities ?? this.#noStorage()).ref(definition, entityId);
  }

  /**
   * Makes an entity type known before its first use, so that readers see its events as the definition's `events` say; events of an
   * unknown entity type are read as they are stored.
   *
   * @throws TypeError for a second definition of an entity type in use, or a system without storage
   */
  register<C, E, S>(definition: EventSourcedDefinition<C, E, S>): void {
    (this.#entities ?? this.#noStorage()).register(definition);
  }

  /**
   * Starts an actor of its own name. An event-sourced one takes the name as its entity id and recovers at once.
   *
   * @throws TypeError for a bad name, definition or parent, NameTakenError, or ActorStoppedError after terminate or the parent's end
   */
  spawn<M, S>(behavior: ActorDefinition<M, S>, name?: string, options?: SpawnOptions): ActorRef<M>;
  spawn<C, E, S>(behavior: EventSourcedDefinition<C, E, S>, name: string, options?: SpawnOptions): ActorRef<C>;
  spawn<M, E, S>(
    behavior: ActorDefinition<M, S> | EventSourcedDefinition<M, E, S>,
    name?: string,
    { parent }: SpawnOptions = {},
  ): ActorRef<M> {
    if (parent !== undefined && !isParent(parent)) {
      throw new TypeError("parent must be a nact reference, such as nact's spawn returns");
    }
    switch (behavior?.kind) {
      case "actor":
        return this.#kernel.spawnActor(this, behavior, name, parent);
      case "event-sourced":
        assertName(name, `the name of an actor of entity type ${behavior.entityType}`);
        return (this.#entities ?? this.#noStorage()).spawn(behavior, name, parent);
      default:
        throw new TypeError("spawn takes a definition made by actor() or eventSourced()");
    }
  }

  /** Stops an actor after the messages that it has now. Resolves when it has ended; at once if it has. */
  async stop(ref: AnyActorRef): Promise<void> {
    await liveCellOf(ref)?.stop();
  }

  /** Ends an actor at once; its waiting messages become dead letters, its askers get ActorStoppedError. */
  async kill(ref: AnyActorRef): Promise<void> {
    liveCellOf(ref)?.kill();
  }

  /** Resolves when the actor has ended; at once if it has, or if an entity is not live. */
  async watch(ref: AnyActorRef): Promise<void> {
    await liveCellOf(ref)?.whenEnded();
  }

  /** Has `task` done first of all when the system terminates, within its grace. Returns what calls it off. */
  beforeTermination(task: () => Promise<void>): () => void {
    this.#tasksBeforeEnd.add(task);
    return () => this.#tasksBeforeEnd.delete(task);
  }

  /** Lets every actor finish what it has, settles every ask, closes the store. Later calls return the same promise. */
  terminate(): Promise<void> {
    this.#terminated ??= this.#terminate();
    return this.#terminated;
  }

  async #terminate(): Promise<void> {
    if (this.#tasksBeforeEnd.size > 0) await within(this.clock, this.#graceMs, [...this.#tasksBeforeEnd]);
    this.#entities?.close();
    await this.#kernel.close(this.#graceMs);
    this.#tail?.close();
    try {
      await this.#store?.close();
    } finally {
      this.eventStream.complete();
    }
  }

  #noStorage(): never {
    throw new TypeError(
      `actor system ${this.name} has no storage; pass one to ActorSystem.create, such as levelStorage("data")`,
    );
  }
}

/** @throws TypeError when a number is of the wrong kind */
function withDefaults(options: ActorSystemOptions): typeof defaults {
  const merged = {
    askTimeoutMs: options.askTimeoutMs ?? defaults.askTimeoutMs,
    maxConcurrentRecoveries: options.maxConcurrentRecoveries ?? defaults.maxConcurrentRecoveries,
    terminateGraceMs: options.terminateGraceMs ?? defaults.terminateGraceMs,
  };
  assertCapacity(merged.maxConcurrentRecoveries, "maxConcurrentRecoveries");
  for (const [name, value] of Object.entries(merged)) {
    if (!(typeof value === "number" && value > 0))
      throw new TypeError(`${name} must be a number above 0, not ${String(value)}`);
  }
  return merged;
}

/** Resolves when all tasks are over, however they end, or when the time is up. */
async function within(clock: Clock, graceMs: number, tasks: readonly (() => Promise<void>)[]): Promise<void> {
  let timer: Timer | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = clock.setTimer(graceMs, resolve);
  });
  await Promise.race([Promise.allSettled(tasks.map((task) => task())), timeUp]);
  timer?.cancel();
}

/** @throws TypeError when something is given that has not got them */
function assertMethods(given: object | undefined, methods: readonly string[], otherwise: string): void {
  if (given === undefined) return;
  for (const method of methods) {
    if (typeof Reflect.get(Object(given), method) !== "function") throw new TypeError(otherwise);
  }
}
