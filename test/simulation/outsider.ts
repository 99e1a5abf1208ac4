/** Code without actors, on the streams of the ledgers: it finds and writes through the event store face. */
import type { ActorSystem, EventSourcedDefinition, FoundState } from "rekindle";
import type { Checker } from "./checker.ts";
import { entries, type LedgerCommand, type LedgerEvent, type LedgerState } from "./ledger.ts";
import { eventsOf, type Operation } from "./operation.ts";
import type { Truth } from "./truth.ts";

/** An entity that the workload knows. */
export interface Target {
  readonly definition: EventSourcedDefinition<LedgerCommand, LedgerEvent, LedgerState>;
  readonly entityId: string;
}

/** What an outsider is given. */
export interface OutsiderParts {
  readonly truth: Truth;
  readonly checker: Checker;
  readonly trace: (line: string) => void;
}

/** One outsider for all lives of one seed. */
export class Outsider {
  readonly #parts: OutsiderParts;

  constructor(parts: OutsiderParts) {
    this.#parts = parts;
  }

  /** Writes the events of the command, in the hope that the stream is at `expectedVersion`. `heard` says whether the answer still reaches anybody. */
  async write(
    { eventStore }: ActorSystem,
    { definition, entityId }: Target,
    operation: Operation,
    options: { readonly expectedVersion: number; readonly timeoutMs: number; readonly named: boolean },
    heard: () => boolean,
  ): Promise<void> {
    const { checker, trace } = this.#parts;
    const { id } = operation.command;
    const { expectedVersion, timeoutMs, named } = options;
    const metadata = { id };
    const write = { timeoutMs, metadata, ...(named && { triggeringEvent: id }) };
    try {
      const events = entries(id, eventsOf(operation.command));
      const result = await eventStore.update(definition, entityId, expectedVersion, events, write);
      if (!heard()) return;
      trace(`${id} written ${JSON.stringify(result)}`);
      checker.written(operation, result, expectedVersion);
    } catch (error) {
      if (!heard()) return;
      trace(`${id} rejected: ${String(error)}`);
      checker.rejected(operation, error);
    }
  }

  /** Whatever was durable at the call is found, and nothing else than the truth. */
  async find({ eventStore }: ActorSystem, { definition, entityId }: Target, heard: () => boolean): Promise<void> {
    const { truth, checker, trace } = this.#parts;
    const persistenceId = `${definition.entityType}|${entityId}`;
    const durable = truth.length(persistenceId);
    let found: FoundState<LedgerState>;
    try {
      found = await eventStore.find(definition, entityId);
    } catch (error) {
      if (heard()) trace(`${persistenceId} is not found: ${String(error)}`);
      return;
    }
    if (!heard()) return;
    trace(`${persistenceId} is found at ${found.version}`);
    const { state, version } = found;
    if (state.length !== version || !truth.isTrue(persistenceId, state)) {
      checker.report(`${persistenceId} is found at ${version} in a state that never was: ${JSON.stringify(state)}`);
    }
    if (version < durable)
      checker.report(`${persistenceId} is found at ${version}, and ${durable} events were durable`);
  }
}
