/** Events from outside for the stream of an entity: decided by its version alone, and otherwise treated like a command's. */
import { NameTakenError, VersionConflictError } from "../errors.ts";
import { Effect } from "./effect.ts";

/** A message that no user can make; the one writer of the stream takes it between two commands. */
export class StreamUpdate {
  /** What it is called in errors and events. */
  readonly type = "eventStore.update";
  readonly expectedVersion: number;
  readonly #options: object;
  readonly #events: readonly unknown[];
  /** False when it is answered without: it was stored before. */
  decided = false;

  /** @param options those of the definition that the events are meant for */
  constructor(options: object, expectedVersion: number, events: readonly unknown[]) {
    this.#options = options;
    this.expectedVersion = expectedVersion;
    this.#events = events;
  }

  /** What is to be done by an entity of these options at this sequence number; the reply is the new one. */
  decide<C, E, S>(options: object, persistenceId: string, sequenceNr: number): Effect<C, E, S> {
    this.decided = true;
    const refusal = this.#refusal(options, persistenceId, sequenceNr);
    if (refusal) return new Effect("none", [], [{ do: "reject", error: refusal }]);
    const version = sequenceNr + this.#events.length;
    return new Effect("persist", this.#events as readonly E[], [{ do: "reply", value: () => version }]);
  }

  #refusal(options: object, persistenceId: string, sequenceNr: number): Error | undefined {
    // Two definitions may give one persistence id; the events of one mean nothing to the other.
    if (options !== this.#options) return new NameTakenError(persistenceId);
    if (sequenceNr === this.expectedVersion) return undefined;
    return new VersionConflictError(persistenceId, this.expectedVersion, sequenceNr);
  }
}
