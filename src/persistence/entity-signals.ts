/** How an entity is told of signals, and what follows when it throws. */
import { ActorFailedError } from "../errors.ts";
import type { EntityContext } from "./event-sourced.ts";
import type { Signal } from "./signal.ts";

/** What telling a signal needs. */
export interface SignalSeat<C, S> {
  readonly path: string;
  readonly onSignal: ((state: S, signal: Signal, context: EntityContext<C>) => void) | undefined;
  /** The state and the context of this moment. */
  present(): { readonly state: S; readonly context: EntityContext<C> };
  /** The entity has failed between two messages. */
  fail(error: unknown): void;
  logError(message: string, error: unknown): void;
}

/** Tells signals to the user's handler. */
export class EntitySignals<C, S> {
  readonly #seat: SignalSeat<C, S>;

  constructor(seat: SignalSeat<C, S>) {
    this.#seat = seat;
  }

  /** During a turn. @throws ActorFailedError what the handler throws */
  tell(signal: Signal): void {
    const { onSignal } = this.#seat;
    if (!onSignal) return;
    const phase = `onSignal(${signal.type})`;
    try {
      const { state, context } = this.#seat.present();
      this.mind(onSignal(state, signal, context), phase);
    } catch (error) {
      throw new ActorFailedError(this.#seat.path, phase, error);
    }
  }

  /** Between two turns: what the handler throws fails the entity before its next message. */
  tellOrFail(signal: Signal): void {
    try {
      this.tell(signal);
    } catch (error) {
      this.#seat.fail(error);
    }
  }

  /** At an end: what the handler throws cannot make it worse. */
  tellQuietly(signal: Signal): void {
    try {
      this.tell(signal);
    } catch (error) {
      this.#seat.logError(`${this.#seat.path} failed in onSignal`, error);
    }
  }

  /** Nobody awaits a promise of the user's here; its rejection is a failure of the entity, not the end of the process. */
  mind(result: unknown, phase: string): void {
    if (!(result instanceof Promise)) return;
    result.catch((cause: unknown) => this.#seat.fail(new ActorFailedError(this.#seat.path, phase, cause)));
  }
}
