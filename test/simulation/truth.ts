/** The model: what the disk has ever been given, folded. Everything that a system says is compared with it. */
import type { StoredEvent } from "#src/storage/stored-event.js";
import { emptyLedger, fold, type LedgerEvent, type LedgerState } from "./ledger.ts";

/** Where the events of one command are. */
export interface Place {
  readonly persistenceId: string;
  readonly sequenceNr: number;
  readonly event: LedgerEvent;
}

/** The history of every entity. */
export class Truth {
  /** By persistence id; the state after `n` events is at the index `n`. */
  readonly #states = new Map<string, LedgerState[]>();
  readonly #places = new Map<string, Place[]>();

  /** Takes the next event of a stream. */
  readonly stored = ({ persistenceId, sequenceNr, payload }: StoredEvent): void => {
    const event = payload as LedgerEvent;
    const states = this.#states.get(persistenceId) ?? [emptyLedger];
    states.push(fold(states[sequenceNr - 1] ?? emptyLedger, event));
    this.#states.set(persistenceId, states);
    const places = this.#places.get(event.command) ?? [];
    places.push({ persistenceId, sequenceNr, event });
    this.#places.set(event.command, places);
  };

  /** How many events the entity has. */
  length(persistenceId: string): number {
    return (this.#states.get(persistenceId)?.length ?? 1) - 1;
  }

  /** The state after `length` events; undefined when there are not so many. */
  stateAt(persistenceId: string, length: number): LedgerState | undefined {
    return length === 0 ? emptyLedger : this.#states.get(persistenceId)?.[length];
  }

  isTrue(persistenceId: string, state: LedgerState): boolean {
    const expected = this.stateAt(persistenceId, state.length);
    return expected !== undefined && expected.digest === state.digest && expected.locked === state.locked;
  }

  places(command: string): readonly Place[] {
    return this.#places.get(command) ?? [];
  }

  /** The commands that have left events. */
  get commands(): Iterable<string> {
    return this.#places.keys();
  }
}
