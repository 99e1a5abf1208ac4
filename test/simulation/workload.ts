/** What users do to a system: commands of every kind, in bursts, and kills, stops and naps in between. */
import type { ActorSystem, EntityRef, TellOptions } from "rekindle";
import type { Checker } from "./checker.ts";
import { drawHabits, type Habits, makeCommand } from "./habits.ts";
import {
  confirmationOf,
  defineLedger,
  type LedgerCommand,
  type LedgerTuning,
  type Parcel,
  snapshotRules,
  type View,
} from "./ledger.ts";
import { AbortedError, eventsOf, type Operation } from "./operation.ts";
import { Outsider, type Target } from "./outsider.ts";
import type { Random } from "./random.ts";
import type { Truth } from "./truth.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { Weather } from "./weather.ts";

type Ref = EntityRef<LedgerCommand>;

/** A command and where it goes: all that it takes to send it again. */
interface Sent {
  /** The index of the ref. */
  readonly to: number;
  readonly command: LedgerCommand;
  /** Whether it has an id, by which its repetition is recognised. */
  readonly named: boolean;
  readonly sends: { count: number };
  /** Present when it is written past the command handler. */
  readonly expectedVersion?: number;
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
  readonly truth: Truth;
  readonly trace: (line: string) => void;
}

/** One workload for all lives of one seed. */
export class Workload {
  readonly #parts: WorkloadParts;
  readonly #habits: Habits;
  readonly #targets: readonly Target[];
  #presentLife: Life | undefined;
  /** How many kills and stops have not come to an end. */
  unfinished = 0;
  #confirmations = 0;
  readonly #outsider: Outsider;
  /** What may be sent again. */
  readonly #sent: Sent[] = [];
  /** In the order of sending. */
  readonly operations: Operation[];

  constructor(parts: WorkloadParts) {
    const { random, checker } = parts;
    this.#parts = parts;
    this.operations = parts.operations;
    this.#outsider = new Outsider(parts);
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
    const gapMs = this.#do(random.between(0, this.#life.refs.length - 1)) + random.between(0, this.#habits.gapMsMax);
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
    return this.#life.refs.map((_ref, to) =>
      this.#ask(this.#newlySent(to, { type: "Read", id: this.#nextId() }), { timeoutMs }),
    );
  }

  /** One deed to an entity; the result is how long to wait afterwards. */
  #do(to: number): number {
    const { random, weather, trace } = this.#parts;
    const deed = random.weighted(this.#habits.deeds);
    switch (deed) {
      case "send":
        for (let left = random.between(1, this.#habits.burstMax); left > 0; left--) {
          this.#send(this.#newlySent(to, this.#command()));
        }
        return 0;
      case "again":
        for (let left = random.between(1, this.#habits.burstMax); left > 0; left--) this.#sendAgain();
        return 0;
      case "write":
        this.#send(this.#newWrite(to));
        return 0;
      case "find":
        this.#find(to);
        return 0;
      case "kill":
      case "stop":
        trace(`${deed} ${this.#refOf(to).persistenceId}`);
        this.#end(deed, this.#refOf(to));
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

  #newlySent(to: number, command: LedgerCommand): Sent {
    const named = eventsOf(command) > 0 && this.#parts.random.chance(this.#habits.named);
    const sent = { to, command, named, sends: { count: 0 } };
    if (named) this.#sent.push(sent);
    return sent;
  }

  /** Mostly at the version that is durable, sometimes at one that is not there yet, or not any more. */
  #newWrite(to: number): Sent {
    const { random, truth } = this.#parts;
    const expectedVersion = Math.max(0, truth.length(this.#refOf(to).persistenceId) + random.pick([0, 0, 0, -1, 1]));
    const command = { type: "Enter", id: this.#nextId(), count: random.between(1, 3), follow: [] } as const;
    const sent = { to, command, named: random.chance(0.7), sends: { count: 0 }, expectedVersion };
    if (sent.named) this.#sent.push(sent);
    return sent;
  }

  /** Mostly what was sent just now, sometimes what was sent in another life. */
  #sendAgain(): void {
    const { random, trace } = this.#parts;
    const from = random.chance(0.7) ? this.#sent.slice(-5) : this.#sent;
    if (from.length === 0) return;
    const sent = random.pick(from);
    trace(`again: ${sent.command.id}`);
    this.#send(sent);
  }

  #find(to: number): void {
    const life = this.#life;
    const target = this.#targets[to];
    if (target) void this.#outsider.find(life.system, target, () => !life.over);
  }

  #send(sent: Sent): void {
    const { random } = this.#parts;
    const timeoutMs = random.pick([10, 1_000, 1_000, 5_000]);
    if (sent.expectedVersion !== undefined) return this.#write(sent, sent.expectedVersion, timeoutMs);
    if (random.chance(0.1)) {
      this.#record(sent, Number.POSITIVE_INFINITY).outcome = "unknown";
      this.#refOf(sent.to).tell(sent.command, about(sent));
      return;
    }
    if (!random.chance(0.05)) {
      this.#ask(sent, { timeoutMs });
      return;
    }
    const abort = new AbortController();
    this.#ask(sent, { timeoutMs, signal: abort.signal });
    this.#parts.time.setTimer(random.between(0, 20), () => abort.abort(new AbortedError()));
  }

  #write(sent: Sent, expectedVersion: number, timeoutMs: number): void {
    const life = this.#life;
    const target = this.#targets[sent.to];
    const operation = this.#record(sent, timeoutMs);
    const options = { expectedVersion, timeoutMs, named: sent.named };
    if (target) void this.#outsider.write(life.system, target, operation, options, () => !life.over);
  }

  #ask(sent: Sent, options: { timeoutMs: number; signal?: AbortSignal }): Operation {
    const { checker, trace } = this.#parts;
    const life = this.#life;
    const { command } = sent;
    const operation = this.#record(sent, options.timeoutMs);
    this.#refOf(sent.to)
      .ask<View>(command, { ...options, ...about(sent) })
      .then(
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

  #record({ to, command, sends, expectedVersion }: Sent, timeoutMs: number): Operation {
    const { checker, time, trace } = this.#parts;
    const { persistenceId } = this.#refOf(to);
    trace(
      `to ${persistenceId}: ${JSON.stringify(command)}${expectedVersion === undefined ? "" : ` after ${expectedVersion}`}`,
    );
    sends.count++;
    const operation: Operation = {
      persistenceId,
      command,
      sends,
      by: expectedVersion === undefined ? "command" : "write",
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
    return makeCommand(random, this.#habits, random.weighted(this.#habits.commands), this.#nextId());
  }

  #refOf(to: number): Ref {
    const ref = this.#life.refs[to];
    if (!ref) throw new RangeError(`there is no entity ${to}`);
    return ref;
  }

  get #life(): Life {
    if (!this.#presentLife) throw new Error("the workload has not met a system");
    return this.#presentLife;
  }

  #nextId(): string {
    return `c${this.operations.length}`;
  }
}

/** What goes along with a command. */
function about({ command, named }: Sent): TellOptions {
  return { metadata: { id: command.id }, ...(named && { commandId: command.id }) };
}
