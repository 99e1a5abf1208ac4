/** One writer for each persistence id: the fence inside the process. */
import type { ActorCell } from "../actor/actor-cell.ts";
import { NameTakenError } from "../errors.ts";

/** The live writer of every persistence id that has one. */
export class Writers {
  readonly #cells = new Map<string, ActorCell>();

  /** @throws NameTakenError when there is a live writer */
  assertFree(persistenceId: string): void {
    if (this.#cells.has(persistenceId)) throw new NameTakenError(persistenceId);
  }

  /** The live writer, if there is one. */
  of(persistenceId: string): ActorCell | undefined {
    return this.#cells.get(persistenceId);
  }

  take(persistenceId: string, cell: ActorCell): void {
    this.#cells.set(persistenceId, cell);
  }

  release(persistenceId: string): void {
    this.#cells.delete(persistenceId);
  }
}
