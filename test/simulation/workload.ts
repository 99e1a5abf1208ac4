/** What users do to a system: commands of every kind, in bursts, and kills, stops and naps in between. */
import type { ActorSystem, EntityRef, EventSourcedDefinition } from "rekindle";
import type { Checker } from "./checker.ts";
import {
  confirmationOf,
  defineLedger,
  type Follow,
  type LedgerCommand,
  type LedgerEvent,
  type LedgerState,
  type LedgerTuning,
  type Parcel,
  snapshotRules,
  type View,
} from "./ledger.ts";
import { AbortedError, type Operation } from "./operation.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { Weather } from "./weather.ts";

type Ref = EntityRef<LedgerCommand>;

/** An entity that the workload knows. */
interface Target {
  readonly definition: EventSourcedDefinition<LedgerCommand, LedgerEvent, LedgerState>;
  readonly entityId: string;
}

/** One process, as its users see it. */
interface Life {
  readonly system: ActorSystem;
  readonly refs: readonly Ref[];
  over: boolean;
}

/** The surroundings of a workload. */
export interface WorkloadParts {
  readonly random: Random;
  readonly time: VirtualTime;
  readonly weather: Weather;
  readonly checker: Checker;
  readonly operations: Operation[];
  readonly trace: (line: string) => void;
}

/** The habits of one seed: how often it does what, beside entering and reading. */
function drawHabits(random: Random) {
  const often = (): number => (random.chance(0.5) ? 0 : random.next());
  const commands = {
    Enter: 6,
    Read: 2,
    EnterLater: often(),
    Remind: often() / 2,
    Refuse: often() / 2,
    Damage: often() / 2,
    Throw: often() / 2,
    Lock: often(),
    Unlock: 1,
    Oblige: often() / 2,
    Stop: often() / 2,
    Unknown: often() / 4,
  };
  const deeds = { send: 10, kill: 2 * often(), stop: 2 * often(), holdUp: often(), nap: often() };
  const fails = often() / 4;
  const follows = { nothing: 3, run: 1, snapshot: often(), throw: fails, "throw later": fails, stop: often() / 4 };
  return { commands, deeds, follows, burstMax: random.pick([1, 3, 12]), gapMsMax: random.pick([1, 10, 40]) };
}

/** One workload for all lives of one seed. */
export class Workload {
  readonly #parts: WorkloadParts;
  readonly #habits: ReturnType<typeof drawHabits>;
  readonly #targets: readonly Target[];
  #presentLife: Life | undefined;
  /** How many kills and stops have not come to an end. */
  unfinished = 0;
  #confirmations = 0;
  /** In the order of sending. */
  readonly operations: Operation[];

  constructor(parts: WorkloadParts) {
    const { random, checker } = parts;
    this.#parts = parts;
    this.operations = parts.operations;
    this.#habits = drawHabits(random);
    const tuning: LedgerTuning = {
      passivateAfterMs: random.pick([15, 200, Number.POSITIVE_INFINITY]),
      mailboxCapacity: random.pick([8, 1_000, 1_000]),
      stashCapacity: random.pick([2, 1_000]),
      maxRestarts: random.pick([0, 2, 20]),
    };
    const ids = random.pick([["1"], ["1", "2"], ["1", "2", "3"]]);
    this.#targets = Object.keys(snapshotRules).flatMap((entityType) => {
      const definition = defineLedger(entityType, checker, tuning);
      return ids.map((entityId) => ({ definition, entityId }));
    });
  }

  /** From now on the deeds are done to this system. */
  meet(system: ActorSystem): void {
    const refs = this.#targets.map(({ definition, entityId }) => system.entityRef(definition, entityId));
    this.#presentLife = { system, refs, over: false };
  }

  /** The process is gone, and what it had not answered it never will. */
  lose(): void {
    this.#life.over = true;
    this.unfinished = 0;
    for (const operation of this.operations) operation.outcome ??= "unknown";
  }

  /** Does `count` deeds, one after the other. */
  act(count: number): void {
    const { time, random } = this.#parts;
    if (count === 0) return;
    const gapMs = this.#do(random.pick(this.#life.refs)) + random.between(0, this.#habits.gapMsMax);
    time.setTimer(gapMs, () => this.act(count - 1));
  }

  /** What a recipient does with a parcel: mostly it confirms, sometimes more than once, sometimes it forgets to. */
  confirm({ command, deliveryId }: Parcel, persistenceId: string): void {
    const { random } = this.#parts;
    const ref = this.#life.refs.find((candidate) => candidate.persistenceId === persistenceId);
    for (let times = random.pick([0, 1, 1, 2]); times > 0; times--) {
      ref?.tell({ type: "Confirm", id: confirmationOf(command, ++this.#confirmations), deliveryId });
    }
  }

  /** Asks every entity for its state. */
  readAll(timeoutMs: number): Operation[] {
    return this.#life.refs.map((ref) => this.#ask(ref, { type: "Read", id: this.#nextId() }, { timeoutMs }));
  }

  /** One deed; the result is how long to wait afterwards. */
  #do(ref: Ref): number {
    const { random, weather, trace } = this.#parts;
    const deed = random.weighted(this.#habits.deeds);
    switch (deed) {
      case "send":
        for (let left = random.between(1, this.#habits.burstMax); left > 0; left--) this.#send(ref);
        return 0;
      case "kill":
      case "stop":
        trace(`${deed} ${ref.persistenceId}`);
        this.#end(deed, ref);
        return 0;
      case "holdUp":
        trace("the storage is held up");
        weather.holdUp(random.pick([50, 500, 2_000, 40_000]));
        return 0;
      case "nap":
        return random.between(50, 1_000);
    }
  }

  #end(deed: "kill" | "stop", ref: Ref): void {
    this.unfinished++;
    const done = (): void => {
      this.unfinished--;
    };
    this.#life.system[deed](ref).then(done, (error: unknown) => this.#parts.checker.report(`${deed}: ${error}`));
  }

  #send(ref: Ref): void {
    const { random } = this.#parts;
    const command = this.#command();
    if (random.chance(0.1)) {
      this.#record(ref, command, Number.POSITIVE_INFINITY).outcome = "unknown";
      ref.tell(command, { metadata: { id: command.id } });
      return;
    }
    const timeoutMs = random.pick([10, 1_000, 1_000, 5_000]);
    if (!random.chance(0.05)) {
      this.#ask(ref, command, { timeoutMs });
      return;
    }
    const abort = new AbortController();
    this.#ask(ref, command, { timeoutMs, signal: abort.signal });
    this.#parts.time.setTimer(random.between(0, 20), () => abort.abort(new AbortedError()));
  }

  #ask(ref: Ref, command: LedgerCommand, options: { timeoutMs: number; signal?: AbortSignal }): Operation {
    const { checker, trace } = this.#parts;
    const life = this.#life;
    const operation = this.#record(ref, command, options.timeoutMs);
    ref.ask<View>(command, { ...options, metadata: { id: command.id } }).then(
      (reply) => {
        if (life.over) return;
        trace(`${command.id} replied ${JSON.stringify(reply)}`);
        checker.replied(operation, reply);
      },
      (error: unknown) => {
        if (life.over) return;
        trace(`${command.id} rejected: ${String(error)}`);
        checker.rejected(operation, error);
      },
    );
    return operation;
  }

  #record({ persistenceId }: Ref, command: LedgerCommand, timeoutMs: number): Operation {
    const { checker, time, trace } = this.#parts;
    trace(`to ${persistenceId}: ${JSON.stringify(command)}`);
    const operation: Operation = {
      persistenceId,
      command,
      shownBefore: checker.shown(persistenceId),
      deadline: time.now() + timeoutMs,
      outcome: undefined,
      reply: undefined,
    };
    this.operations.push(operation);
    return operation;
  }

  #command(): LedgerCommand {
    const { random } = this.#parts;
    const type = random.weighted(this.#habits.commands);
    const id = this.#nextId();
    const afterMs = random.pick([0, 1, 10, 300]);
    switch (type) {
      case "Enter":
        return { type, id, ...this.#entry() };
      case "EnterLater":
        return { type, id, ...this.#entry(), afterMs, fails: random.chance(0.2) };
      case "Remind":
        return { type, id, afterMs };
      case "Damage":
        return { type, id, what: random.pick(["event", "reply"]) };
      case "Throw":
        return { type, id, where: random.pick(["decide", "apply", "reply"]) };
      default:
        return { type, id };
    }
  }

  #entry(): { count: number; follow: Follow[] } {
    const { random } = this.#parts;
    const follow = random.weighted(this.#habits.follows);
    return { count: random.between(1, 3), follow: follow === "nothing" ? [] : [follow] };
  }

  get #life(): Life {
    if (!this.#presentLife) throw new Error("the workload has not met a system");
    return this.#presentLife;
  }

  #nextId(): string {
    return `c${this.operations.length}`;
  }
}
