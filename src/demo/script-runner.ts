/** Does what a script says: every line becomes a message to a cart, and every answer a line on the screen. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type ActorRef, type ActorSystem, type EntityRef, UnhandledCommandError } from "rekindle";
import { type Acknowledgement, acknowledgementIn } from "./acknowledgements.ts";
import { count, won } from "./amounts.ts";
import { type CartCommand, type CartSummary, cart } from "./cart.ts";
import { CartError } from "./cart-error.ts";
import { statusOf } from "./cart-state.ts";
import { left, right } from "./columns.ts";
import { historyOf } from "./history.ts";
import { Lanes } from "./lanes.ts";
import type { Narration } from "./narrator.ts";
import type { NumberedStep } from "./read-script.ts";
import type { ScriptCommand, ScriptStep } from "./script-step.ts";
import { SnapshotWatch } from "./snapshot-watch.ts";

/** Who is told what. */
export interface RunnerPort {
  readonly narrator: ActorRef<Narration>;
  /** Called when an answer says that a command is stored. */
  acknowledged(acknowledgement: Acknowledgement): void;
  /** Ends the process. `unanswered` lines have been sent and wait for their answers. */
  crash(line: number, unanswered: number): Promise<void>;
}

/** How the lines of a script went. */
export interface Tally {
  lines: number;
  accepted: number;
  refused: number;
  /** Commands that a cart does not know. */
  unhandled: number;
  /** Commands without a proper answer: a full disk, for example. */
  failed: number;
}

/** One run of one script. */
export class ScriptRunner {
  readonly tally: Tally = { lines: 0, accepted: 0, refused: 0, unhandled: 0, failed: 0 };
  /** Whoever has seen the events up to here has seen all that was acknowledged. */
  offset = 0;
  readonly #system: ActorSystem;
  readonly #port: RunnerPort;
  readonly #run: string;
  readonly #lanes = new Lanes();
  readonly #snapshots: SnapshotWatch;

  /** @param run goes into the metadata of every event, with the line */
  constructor(system: ActorSystem, run: string, port: RunnerPort) {
    this.#system = system;
    this.#run = run;
    this.#port = port;
    this.#snapshots = new SnapshotWatch(system);
  }

  /** Runs to the end, or to where the script cannot be read any more; either way, what was sent is answered. */
  async run(script: AsyncIterable<NumberedStep>): Promise<void> {
    try {
      for await (const { line, step } of script) {
        this.tally.lines++;
        await this.#begin(line, step);
        // So that the narrator keeps up, and tells before a crash what came before it.
        await nextTurn();
      }
    } finally {
      await this.#lanes.settled();
    }
  }

  /** Sends a line; resolves when there is room for the next. */
  async #begin(line: number, step: ScriptStep): Promise<void> {
    if (step.do === "crash") {
      await this.#lanes.midway();
      return this.#port.crash(line, this.#lanes.unanswered);
    }
    const ref = this.#system.entityRef(cart, step.cart);
    switch (step.do) {
      case "command":
        return this.#lanes.send(step.cart, () => this.#command(ref, line, step.command));
      case "print":
        return this.#lanes.send(step.cart, () => this.#command(ref, line, { type: "GetCart" }));
      case "snapshot":
        return this.#lanes.send(step.cart, () => this.#snapshot(ref, line));
      case "history":
        return this.#lanes.sendAlone(step.cart, () => this.#history(ref, line));
      case "kill":
        return this.#lanes.sendAlone(step.cart, () => this.#kill(ref));
    }
  }

  async #command(ref: EntityRef<CartCommand>, line: number, command: ScriptCommand): Promise<void> {
    try {
      const metadata = { run: this.#run, line };
      const { reply: answer, offset } = await ref.askWithOffset(command as CartCommand, { metadata });
      this.tally.accepted++;
      this.offset = Math.max(this.offset, offset);
      const acknowledgement = acknowledgementIn(ref.entityId, line, command.type, answer);
      if (acknowledgement) this.#port.acknowledged(acknowledgement);
      if (command.type === "GetCart") this.#say(ref, cartLines(answer as CartSummary), { always: true });
    } catch (error) {
      this.#refused(ref, line, command.type, error);
    }
  }

  #refused(ref: EntityRef<CartCommand>, line: number, type: string, error: unknown): void {
    const what = `${type}, line ${line}`;
    if (error instanceof CartError) {
      this.tally.refused++;
      this.#say(ref, [`${what}: ${error.message}`], { mark: "no" });
    } else if (error instanceof UnhandledCommandError) {
      this.tally.unhandled++;
      this.#say(ref, [`${what}: a cart does not know this command`], { mark: "??" });
    } else {
      this.tally.failed++;
      this.#say(ref, [`${what}: ${error instanceof Error ? error.message : String(error)}`], {
        mark: "!!",
        tone: "bad",
      });
    }
  }

  async #snapshot(ref: EntityRef<CartCommand>, line: number): Promise<void> {
    const saved = this.#snapshots.next(ref.persistenceId);
    await this.#command(ref, line, { type: "SaveSnapshot" });
    if (await saved) return;
    this.tally.failed++;
    this.#say(ref, [`snapshot, line ${line}: it could not be saved`], { mark: "!!", tone: "bad" });
  }

  /** What has happened to the cart, wrong or not, and what that makes. */
  async #history(ref: EntityRef<CartCommand>, line: number): Promise<void> {
    try {
      for (const { mark, text } of await historyOf(this.#system, ref)) this.#say(ref, [text], { mark, always: true });
      this.tally.accepted++;
    } catch (error) {
      this.#refused(ref, line, "history", error);
    }
  }

  async #kill(ref: EntityRef<CartCommand>): Promise<void> {
    await this.#system.kill(ref);
    this.tally.accepted++;
    this.#say(ref, ["killed: the actor is gone, its next line brings it back"], { tone: "bad" });
  }

  #say(
    { entityId }: EntityRef<CartCommand>,
    lines: readonly string[],
    how: Pick<Extract<Narration, { type: "Say" }>, "mark" | "tone" | "always">,
  ): void {
    this.#port.narrator.tell({ type: "Say", cart: entityId, lines, ...how });
  }
}

function cartLines({ lines, total, ...state }: CartSummary): string[] {
  const items = lines.map(({ sku, quantity, price }) => {
    const each = quantity === 1 ? "" : `${quantity} × ${won(price)}`;
    return `${left(sku, 22)} ${right(each, 20)} ${right(won(quantity * price), 14)}`;
  });
  const title = `${count(lines.length, "item")}, ${statusOf(state)}`;
  return [...items, `${left(title, 43)} ${right(won(total), 14)}`];
}
