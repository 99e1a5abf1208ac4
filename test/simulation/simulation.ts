/** One seed, from the first command to the last check: lives of a process that end in a crash or in peace, on one disk. */
import { ActorSystem, type Storage } from "rekindle";
import { stopNactSystem } from "#src/actor/nact-actor.js";
import { Checker } from "./checker.ts";
import { brokenHistory } from "./history-check.ts";
import { listen } from "./listeners.ts";
import type { Operation } from "./operation.ts";
import { Random } from "./random.ts";
import { sealProcess, settlePromises } from "./sealed-process.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { SimulatedStorage } from "./simulated-storage.ts";
import { Truth } from "./truth.ts";
import { VirtualTime } from "./virtual-time.ts";
import { Weather } from "./weather.ts";
import { Workload } from "./workload.ts";

/** Faults that are built in on purpose, to see that the checker finds them. */
export interface Sabotage {
  readonly storage?: (storage: Storage) => Storage;
  readonly system?: (system: ActorSystem) => void;
  /** Changes the library itself; the result changes it back. */
  readonly patch?: () => () => void;
}

/** What came of a seed. */
export interface Report {
  readonly seed: number;
  /** The first thing that was found wrong, if any. */
  readonly violation: string | undefined;
  /** Everything that happened, in order. */
  readonly trace: readonly string[];
  readonly steps: number;
  readonly commands: number;
}

/** Anything that should end has ended after so much virtual time. */
const patienceMs = 600_000;

/** Runs one seed. */
export async function simulate(seed: number, sabotage: Sabotage = {}): Promise<Report> {
  const simulation = new Simulation(seed, sabotage);
  const mend = sabotage.patch?.();
  try {
    await simulation.run();
  } finally {
    mend?.();
  }
  return simulation.report();
}

class Simulation {
  readonly #seed: number;
  readonly #sabotage: Sabotage;
  readonly #random: Random;
  readonly #time: VirtualTime;
  readonly #weather: Weather;
  readonly #storage: SimulatedStorage;
  readonly #disk: SimulatedDisk;
  readonly #truth = new Truth();
  readonly #checker: Checker;
  readonly #workload: Workload;
  readonly #trace: string[] = [];
  /** The one that runs, or the last one that did. */
  #system: ActorSystem | undefined;
  /** How likely two things happen before promises have their turn. */
  readonly #bursts: number;

  constructor(seed: number, sabotage: Sabotage) {
    this.#seed = seed;
    this.#sabotage = sabotage;
    this.#random = new Random(seed);
    this.#bursts = this.#random.pick([0, 0.1, 0.5]);
    this.#time = new VirtualTime(this.#random.fork());
    this.#weather = new Weather(this.#random.fork(), this.#time);
    this.#disk = new SimulatedDisk(this.#truth.stored);
    const trace = this.#say;
    const [time, disk, weather, truth] = [this.#time, this.#disk, this.#weather, this.#truth];
    const operations: Operation[] = [];
    const checker = new Checker({ truth, disk, time, weather, operations, trace });
    this.#checker = checker;
    this.#storage = new SimulatedStorage({
      disk,
      time,
      weather,
      trace,
      random: this.#random.fork(),
      snapshotTaken: (...snapshot) => checker.snapshotTaken(...snapshot),
    });
    this.#workload = new Workload({ random: this.#random.fork(), time, weather, checker, operations, truth, trace });
  }

  async run(): Promise<void> {
    const open = sealProcess(this.#time, this.#random.fork(), (reason) =>
      this.#checker.report(`a rejection is not handled: ${String(reason)}`),
    );
    try {
      for (let lives = this.#random.between(1, 3); lives > 0 && this.#fine; lives--) await this.#live();
      this.#weather.calm = true;
      if (this.#fine) await this.#liveInPeace();
      for (const sentence of this.#fine ? brokenHistory(this.#truth, this.#workload.operations) : []) {
        this.#checker.report(sentence);
      }
    } finally {
      if (this.#system) await this.#bury(this.#system);
      open();
    }
  }

  report(): Report {
    const { violation } = this.#checker;
    const { steps } = this.#time;
    return { seed: this.#seed, violation, trace: this.#trace, steps, commands: this.#workload.operations.length };
  }

  /** One process: started, worked hard, and ended in some way. */
  async #live(): Promise<void> {
    const system = await this.#start();
    if (!system) return;
    const [random, time] = [this.#random, this.#time];
    this.#workload.act(random.between(5, 40));
    let lasting = true;
    time.setTimer(random.between(1, random.pick([100, 1_000, 10_000])), () => {
      lasting = false;
    });
    while (lasting && this.#fine) await this.#step();
    if (random.chance(0.6)) {
      // Not at the very moment of a timer, but anywhere in what it leads to.
      for (let steps = random.between(0, 10); steps > 0; steps--) await this.#step();
      await this.#crash(system);
      return;
    }
    if (random.chance(0.5)) await this.#calmDown();
    await this.#terminate(system);
  }

  /** The last process finds everything, works without faults, and tells the same in every way that it can be asked. */
  async #liveInPeace(): Promise<void> {
    const system = await this.#start();
    if (!system) return;
    await this.#readAll();
    await this.#pass(10_000);
    await this.#compareReadJournal(system);
    this.#checker.everythingArrived();
    await this.#assertHeard();
    await this.#terminate(system);
  }

  /** Tries again when the store cannot be opened. */
  async #start(): Promise<ActorSystem | undefined> {
    this.#say("--- a process starts");
    const storage = this.#sabotage.storage?.(this.#storage) ?? this.#storage;
    const maxConcurrentRecoveries = this.#random.pick([1, 64]);
    const terminateGraceMs = this.#random.pick([1, 100, 10_000]);
    this.#checker.processStarted();
    for (;;) {
      const options = { storage, clock: this.#time, maxConcurrentRecoveries, terminateGraceMs };
      const starting = ActorSystem.create("simulated", options).catch(() => undefined);
      const system = await this.#finish(starting, "the start of a system");
      if (system || !this.#fine) {
        if (system) this.#introduce(system);
        return system;
      }
    }
  }

  #introduce(system: ActorSystem): void {
    this.#system = system;
    this.#workload.meet(system);
    this.#sabotage.system?.(system);
    listen(system, { checker: this.#checker, workload: this.#workload, truth: this.#truth, trace: this.#say });
  }

  /** The process is gone between two steps; what it had under way is dropped, and its late completions reach nobody. */
  async #crash(system: ActorSystem): Promise<void> {
    this.#say("--- the process crashes");
    this.#storage.crash();
    await this.#bury(system);
  }

  /** nact keeps all systems in a global map; a process that is gone must not stay in the memory of this one. */
  async #bury(system: ActorSystem): Promise<void> {
    this.#workload.lose();
    this.#time.forgetEverything();
    system.eventStream.complete();
    stopNactSystem(system.nact);
    await settlePromises();
    this.#time.forgetEverything();
  }

  async #terminate(system: ActorSystem): Promise<void> {
    this.#say("--- the system terminates");
    await this.#finish(system.terminate(), "terminate");
    for (const { command, outcome } of this.#workload.operations) {
      if (outcome === undefined) this.#checker.report(`${command.type} ${command.id} is not answered by terminate`);
    }
    if (this.#workload.unfinished > 0) this.#checker.report("a kill or a stop has not ended with the system");
    this.#time.forgetEverything();
  }

  /** Faults end, time passes: now every entity must be able to answer, and its live state must be the whole history. */
  async #calmDown(): Promise<void> {
    this.#say("--- the faults end");
    this.#weather.calm = true;
    await this.#pass(60_000);
    if (!this.#storage.failed) await this.#readAll();
    await this.#assertHeard();
    this.#weather.calm = false;
  }

  async #readAll(): Promise<void> {
    const lengths = new Map(this.#disk.persistenceIds.map((id) => [id, this.#truth.length(id)]));
    const reads = this.#workload.readAll(patienceMs);
    while (reads.some(({ outcome }) => outcome === undefined) && this.#fine && (await this.#step()));
    for (const { persistenceId, reply } of reads) {
      const length = lengths.get(persistenceId) ?? 0;
      if (!reply) this.#checker.report(`${persistenceId} does not answer although nothing is wrong any more`);
      else if (reply.length < length) {
        this.#checker.report(`${persistenceId} lives with ${reply.length} of its ${length} events`);
      }
    }
  }

  async #compareReadJournal(system: ActorSystem): Promise<void> {
    const found: number[] = [];
    const reading = (async () => {
      for await (const { offset } of system.readJournal.events()) found.push(offset);
    })();
    await this.#finish(reading, "reading all events");
    const expected = this.#disk.log.filter((event) => this.#disk.isKept(event)).map(({ offset }) => offset);
    if (found.join() !== expected.join()) this.#checker.report("the read journal is not the history");
  }

  /** Whoever has subscribed has got everything, when all turns that are due have been given. */
  async #assertHeard(): Promise<void> {
    while (this.#time.step("only now")) await settlePromises();
    this.#checker.heardEverything();
  }

  async #pass(ms: number): Promise<void> {
    const until = this.#time.now() + ms;
    this.#time.setTimer(ms, () => {});
    while (this.#time.now() < until && this.#fine) await this.#step();
  }

  /** Steps until the promise settles. */
  async #finish<T>(promise: Promise<T>, what: string): Promise<T | undefined> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    const until = this.#time.now() + patienceMs;
    await settlePromises();
    while (!settled && this.#fine) {
      if (!(await this.#step()) || this.#time.now() > until) this.#checker.report(`${what} does not end`);
    }
    return settled ? done : undefined;
  }

  /** The next thing, and whatever promises make of it; false when nothing is left that could ever happen. */
  async #step(): Promise<boolean> {
    const happened = this.#time.step();
    while (this.#random.chance(this.#bursts) && this.#time.step("only now"));
    await settlePromises();
    this.#checker.stepped();
    return happened;
  }

  get #fine(): boolean {
    return this.#checker.violation === undefined;
  }

  readonly #say = (line: string): void => {
    this.#trace.push(`${this.#time.now() - Date.UTC(2020, 0, 1)} ms, step ${this.#time.steps}: ${line}`);
  };
}
