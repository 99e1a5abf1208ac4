/** Takes a process further, one event after the other: commands, their recorded outcomes, and the place. */
import { encodeJson } from "../codec/encode-json.ts";
import { CommandRejectedError } from "../errors/projection-error.ts";
import { causedByEvent } from "../persistence/caused-by.ts";
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { EventSourcedDefinition } from "../persistence/event-sourced.ts";
import type { ViewChange, ViewStep } from "../storage/view-store.ts";
import { type CommandOutcome, commandPlace, outcomeKey, outcomeOf, rootFailure } from "./command-outcome.ts";
import { asHandlerFailure } from "./handler-failure.ts";
import type { ProcessAskOptions, ProcessContext } from "./process-context.ts";
import { type ProjectionStep, placeAfter, type StepParts, unitEnd } from "./projection-step.ts";
import { BufferedTransaction } from "./view-transaction.ts";

type Handler = (envelope: EventEnvelope, context: ProcessContext) => void | Promise<void>;

/** See {@link ProjectionStep}. */
export class ProcessStep implements ProjectionStep {
  readonly #parts: StepParts;
  readonly #handler: Handler;

  constructor(parts: StepParts, handler: Handler) {
    this.#parts = parts;
    this.#handler = handler;
  }

  async run(events: readonly EventEnvelope[], step: ViewStep): Promise<number> {
    const { store, signal } = this.#parts;
    for (let start = 0, end = 0; start < events.length; start = end) {
      end = unitEnd(events, start);
      const place = placeAfter(events, end, step);
      try {
        if (await this.#handle(events.slice(start, end), place)) return end;
      } catch (error) {
        throw asHandlerFailure(start, 1, error);
      }
      if (!signal.aborted || end === events.length) continue;
      await store.commit({ ...place, changes: [] });
      return end;
    }
    await store.commit({ ...step, changes: [] });
    return events.length;
  }

  /** Whether anything was to be stored; then the place is stored, too. */
  async #handle(unit: readonly EventEnvelope[], place: ViewStep): Promise<boolean> {
    const { store, version, conflicts, slices } = this.#parts;
    for (;;) {
      const reads = slices > 1 ? conflicts.begin() : undefined;
      try {
        const attempt = new ProcessAttempt(this.#parts, place, new BufferedTransaction(store, version, reads));
        for (const [part, envelope] of unit.entries()) await attempt.handle(this.#handler, envelope, part);
        const { changes } = attempt;
        if (changes.length === 0) return false;
        const commit = (): Promise<unknown> => store.commit({ ...place, changes });
        if (!reads) await commit();
        // What it had read was changed by another slice: the handler is begun anew, and gets the recorded outcomes.
        else if (!(await conflicts.commit(reads, changes, commit))) continue;
        return true;
      } finally {
        if (reads) conflicts.end(reads);
      }
    }
  }
}

/** The events that one stored event stands for, and what was done about them. */
class ProcessAttempt {
  readonly #parts: StepParts;
  readonly #place: ViewStep;
  readonly #view: BufferedTransaction;
  readonly #recorded = new Set<string>();
  readonly #asked: Promise<unknown>[] = [];
  /** A command whose outcome is not known: whatever the handler makes of it, it is begun anew. */
  #unknown: { readonly error: unknown } | undefined;

  constructor(parts: StepParts, place: ViewStep, view: BufferedTransaction) {
    this.#parts = parts;
    this.#place = place;
    this.#view = view;
  }

  /** What is stored when all went well: what is remembered; the recorded outcomes are not needed any more. */
  get changes(): readonly ViewChange[] {
    return [...this.#view.changes, ...Array.from(this.#recorded, (key) => ({ key }))];
  }

  async handle(handler: Handler, envelope: EventEnvelope, part: number): Promise<void> {
    let commands = 0;
    const ask = <C, E, S>(
      definition: EventSourcedDefinition<C, E, S>,
      entityId: string,
      command: C,
      options: ProcessAskOptions = {},
    ): Promise<unknown> => {
      const place = commandPlace(envelope, part, commands++);
      const send = (): Promise<unknown> => {
        const { timeoutMs, metadata } = options;
        return this.#parts.entities.entityRef(definition, entityId).ask(command, {
          commandId: `${this.#place.name}/${place}`,
          metadata: { ...causedByEvent(envelope), ...metadata },
          ...(timeoutMs !== undefined && { timeoutMs }),
        });
      };
      const answer = this.#outcome(place, command, send).then(replyOf);
      this.#asked.push(answer);
      return answer;
    };
    try {
      // The reply has the type that the command declares.
      await handler(envelope, { view: this.#view, signal: this.#parts.signal, ask: ask as ProcessContext["ask"] });
    } finally {
      await Promise.allSettled(this.#asked);
    }
    if (this.#unknown) throw this.#unknown.error;
  }

  /** As it was recorded, or as it is now; then it is recorded before anybody learns of it. */
  async #outcome(place: string, command: unknown, send: () => Promise<unknown>): Promise<CommandOutcome> {
    const { version, store, signal } = this.#parts;
    const key = outcomeKey(place);
    try {
      if (this.#unknown) throw this.#unknown.error;
      const recorded = await store.get(version, key);
      let outcome = recorded as CommandOutcome | undefined;
      if (!outcome) {
        signal.throwIfAborted();
        outcome = await outcomeOf(command, send);
        const text = encodeJson(outcome, `reply to ${outcome.command}`);
        await store.commit({ ...this.#place, offset: this.#place.expectedOffset, changes: [{ key, text }] });
      }
      this.#recorded.add(key);
      return outcome;
    } catch (error) {
      this.#unknown ??= { error: rootFailure(error) };
      throw error;
    }
  }
}

function replyOf({ command, reply, rejection }: CommandOutcome): unknown {
  if (rejection) throw new CommandRejectedError(command, rejection);
  return reply;
}
