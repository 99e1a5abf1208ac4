/** The journal port over the simulated disk: group commits that take their time, fail, and are cut short by a crash. */
import { PersistRejectedError } from "rekindle";
import { Followers } from "#src/storage/followers.js";
import type { AppendRequest, Backlog, CommitListener, Journal, SequenceRange } from "#src/storage/journal.js";
import { assertFollows } from "#src/storage/journal.js";
import type { StoredEvent } from "#src/storage/stored-event.js";
import type { StoreInUse } from "./store-in-use.ts";

/** A write on its way. */
class Write {
  readonly request: AppendRequest;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
  readonly whenDecided: Promise<void>;
  offset = 0;
  error: unknown;
  #decided: () => void = () => {};

  constructor(request: AppendRequest, resolve: (offset: number) => void, reject: (error: unknown) => void) {
    this.request = request;
    this.resolve = resolve;
    this.reject = reject;
    this.whenDecided = new Promise((resolve) => {
      this.#decided = resolve;
    });
  }

  /** Stored or not, that is settled now; the caller hears of it later. */
  decide(): void {
    this.#decided();
  }

  acknowledge(): void {
    if (this.error === undefined) this.resolve(this.offset);
    else this.reject(this.error);
  }
}

/** Keeps every promise of the port, and not one more. */
export class SimulatedJournal implements Journal {
  readonly backlog: Backlog;
  readonly #store: StoreInUse;
  /** Not stored yet. */
  readonly #queue: Write[] = [];
  /** Stored or failed, and not acknowledged yet. */
  readonly #decided: Write[] = [];
  readonly #followers = new Followers();
  #busy = false;
  /** Of these streams nobody knows whether the last write is stored, until the store is opened again. */
  readonly #doubtful = new Set<string>();
  readonly #waiting: { readonly until: () => boolean; readonly resolve: () => void }[] = [];

  constructor(store: StoreInUse) {
    this.#store = store;
    const full = (): boolean => this.#queue.length >= store.around.weather.pendingMax;
    this.backlog = {
      get full() {
        return full();
      },
      drained: () => this.#when(() => !full()),
    };
  }

  append(request: AppendRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      const refusal = this.#store.refusal("appending events");
      if (refusal) return reject(refusal);
      const write = new Write(request, resolve, reject);
      try {
        assertFollows(request, this.#pendingHighest(request.persistenceId));
      } catch (error) {
        write.error = error;
      }
      this.#queue.push(write);
      this.#commitLater();
    });
  }

  async *read(persistenceId: string, range: SequenceRange = {}): AsyncGenerator<readonly StoredEvent[]> {
    const { disk, random } = this.#store.around;
    await this.#settled(persistenceId);
    this.#assertReadable(persistenceId, "reading events");
    const { fromSequenceNr, toSequenceNr, max } = range;
    const events = disk.kept(persistenceId, fromSequenceNr, toSequenceNr).slice(0, max);
    while (events.length > 0) {
      yield events.splice(0, random.between(1, events.length));
      await this.#store.pause();
      this.#assertReadable(persistenceId, "reading events");
    }
  }

  async highestSequenceNr(persistenceId: string): Promise<number> {
    await this.#settled(persistenceId);
    this.#assertReadable(persistenceId, "reading the highest sequence number");
    return this.#store.around.disk.highest(persistenceId);
  }

  async purgedTo(): Promise<number> {
    return 0;
  }

  async deleteTo(persistenceId: string, toSequenceNr: number): Promise<void> {
    const { disk, weather, random, trace } = this.#store.around;
    const to = Math.min(toSequenceNr, this.#pendingHighest(persistenceId));
    await this.#settled(persistenceId);
    const refusal = this.#store.refusal("deleting events");
    if (refusal) throw refusal;
    const fails = weather.strikes("deleteEvents");
    if (!fails || random.chance(0.5)) {
      disk.deleteTo(persistenceId, to);
      trace(`storage: ${persistenceId} lost its events to ${to}`);
    }
    await this.#store.pause();
    if (fails) throw this.#store.trouble("deleting events");
  }

  async *persistenceIds(): AsyncGenerator<readonly string[]> {
    await this.#store.pause();
    yield this.#store.around.disk.persistenceIds;
  }

  async *readAll(fromOffset = 0): AsyncGenerator<readonly StoredEvent[]> {
    const { disk, random } = this.#store.around;
    const events = disk.log.slice(fromOffset).filter((event) => disk.isKept(event));
    while (events.length > 0) {
      await this.#store.pause();
      yield events.splice(0, random.between(1, events.length));
    }
  }

  async *readTag(tag: string, fromOffset = 0): AsyncGenerator<readonly StoredEvent[]> {
    for await (const batch of this.readAll(fromOffset)) yield batch.filter((event) => event.tags.includes(tag));
  }

  highestOffset(): number {
    return this.#store.around.disk.log.length;
  }

  follow(listener: CommitListener): () => void {
    return this.#followers.add(listener);
  }

  /** Resolves when no write is under way. */
  whenIdle(): Promise<void> {
    return this.#when(() => this.#queue.length === 0 && !this.#busy);
  }

  /** The process dies: of what was not stored yet any beginning, in the order of the commits, may have reached the disk. */
  crash(): void {
    const { disk, random, trace } = this.#store.around;
    const survive = random.between(0, this.#queue.length);
    for (const { request, error } of this.#queue.slice(0, survive)) {
      if (error !== undefined) continue;
      try {
        disk.store(request);
      } catch {
        trace(`storage: a write of ${request.persistenceId} followed one that failed`);
      }
    }
    trace(`storage: ${survive} of ${this.#queue.length} writes survive, ${this.#decided.length} were not acknowledged`);
  }

  #commitLater(): void {
    if (this.#busy) return;
    this.#busy = true;
    const { time, weather } = this.#store.around;
    time.setTimer(weather.latencyMs(), () => this.#commit());
  }

  #commit(): void {
    const { weather, random, time, trace } = this.#store.around;
    const group = this.#queue.splice(0, random.between(1, this.#queue.length));
    const everything = weather.strikes("store");
    if (everything || weather.strikes("commit")) this.#commitInPart(group, everything);
    else for (const write of group) this.#storeOrRefuse(write);
    trace(`storage: commit of ${group.map(describe).join(", ")}`);
    for (const write of group) write.decide();
    this.#decided.push(...group);
    this.#tell();
    time.setTimer(weather.latencyMs(), () => this.#acknowledge());
  }

  /** Some of it is stored, all of it is reported as failed; if the store is done for, so is everything that waits. */
  #commitInPart(group: Write[], everything: boolean): void {
    const error = this.#store.trouble("writing");
    const storedMax = this.#store.around.random.between(0, group.length);
    for (const write of group.slice(0, storedMax)) this.#storeNow(write);
    this.#store.around.trace(`storage: ${storedMax} of ${group.length} failed writes are stored`);
    if (everything) group.push(...this.#queue.splice(0));
    for (const write of group) {
      write.error ??= error;
      if (everything) this.#doubtful.add(write.request.persistenceId);
    }
    if (everything) this.#store.fail(error);
  }

  #storeOrRefuse(write: Write): void {
    const { weather } = this.#store.around;
    if (write.error === undefined && weather.strikes("refusal")) {
      write.error = new PersistRejectedError(write.request.persistenceId, new Error("the simulation wants it so"));
    }
    this.#storeNow(write);
  }

  #storeNow(write: Write): void {
    if (write.error !== undefined) return;
    const { disk } = this.#store.around;
    try {
      write.offset = disk.store(write.request);
      this.#followers.tell(disk.log.length, 0, () => disk.log.slice(write.offset - 1));
    } catch (conflict) {
      // What it follows was refused, or has failed without being stored.
      write.error = conflict;
      this.#store.around.trace(`storage: ${write.request.persistenceId} got a ${String(conflict)}`);
    }
  }

  /** In the order of the offsets; not necessarily all at once. */
  #acknowledge(): void {
    const { random, time, weather } = this.#store.around;
    const now = random.chance(0.7) ? this.#decided.length : random.between(1, this.#decided.length);
    for (const write of this.#decided.splice(0, now)) write.acknowledge();
    if (this.#decided.length > 0) {
      time.setTimer(weather.latencyMs(), () => this.#acknowledge());
      return;
    }
    this.#busy = false;
    if (this.#queue.length > 0) this.#commitLater();
    this.#tell();
  }

  /** After it, every write of the stream that was pending at the call is stored or has failed. */
  async #settled(persistenceId: string): Promise<void> {
    const pending = this.#queue.filter(({ request }) => request.persistenceId === persistenceId);
    await this.#store.pause();
    await Promise.all(pending.map(({ whenDecided }) => whenDecided));
  }

  #assertReadable(persistenceId: string, phase: string): void {
    if (this.#store.failure && this.#doubtful.has(persistenceId)) throw this.#store.failure;
    this.#store.assertWorks(phase, "read");
  }

  #pendingHighest(persistenceId: string): number {
    const last = this.#queue.findLast(
      ({ request, error }) => request.persistenceId === persistenceId && error === undefined,
    );
    if (!last) return this.#store.around.disk.highest(persistenceId);
    return last.request.sequenceNr + last.request.events.length - 1;
  }

  #when(until: () => boolean): Promise<void> {
    if (until()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ until, resolve }));
  }

  #tell(): void {
    for (const waiter of this.#waiting.splice(0)) {
      if (waiter.until()) waiter.resolve();
      else this.#waiting.push(waiter);
    }
  }
}

function describe({ request, offset }: Write): string {
  const { persistenceId, sequenceNr, events } = request;
  const outcome = offset === 0 ? "not stored" : `at offset ${offset}`;
  return `${persistenceId} ${sequenceNr}..${sequenceNr + events.length - 1} ${outcome}`;
}
