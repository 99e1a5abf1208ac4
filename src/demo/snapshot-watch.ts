/** Waits for snapshots: a cart answers before its snapshot is saved. */
import type { ActorSystem } from "rekindle";

/** A snapshot that takes longer counts as failed. */
const snapshotTimeoutMs = 10_000;

/** Who waits for the snapshots of which entity. */
export class SnapshotWatch {
  readonly #waiting = new Map<string, (saved: boolean) => void>();

  constructor(system: ActorSystem) {
    system.eventStream.asObservable().subscribe((event) => {
      if (event.type === "SnapshotSaved" && "persistenceId" in event) this.#waiting.get(event.persistenceId)?.(true);
    });
  }

  /** Resolves with true at the next snapshot of the entity, with false when there is none in time. */
  next(persistenceId: string): Promise<boolean> {
    return new Promise((resolve) => {
      const earlier = this.#waiting.get(persistenceId);
      const settle = (saved: boolean): void => {
        clearTimeout(timer);
        earlier?.(saved);
        resolve(saved);
        if (this.#waiting.get(persistenceId) === settle) this.#waiting.delete(persistenceId);
      };
      const timer = setTimeout(settle, snapshotTimeoutMs, false);
      this.#waiting.set(persistenceId, settle);
    });
  }
}
