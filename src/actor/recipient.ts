/** Whoever can be sent a message: an actor of ours, or of nact. */
import { CellRef, LocalRef, type TellOptions } from "./actor-ref.ts";
import { dispatchToNact, isLive, isReference } from "./nact-actor.ts";

/** The two kinds of actor behind one face. */
export interface ActorRefLike {
  /** Sends; false when the recipient is known to be gone. Actors of nact see no metadata. */
  readonly deliver: (message: unknown, options?: TellOptions) => boolean;
  /** Calls back when the recipient has stopped, where that can be known; at once if it has, and not after the result was called. */
  readonly onEnded: (callback: () => void) => () => void;
}

const nothing = (): void => {};

/** @throws TypeError when `ref` is a reference neither of this library nor of nact */
export function recipientOf(ref: unknown): ActorRefLike {
  if (ref instanceof LocalRef) {
    const cell = ref.liveCell();
    return {
      deliver: (message, options) => {
        ref.tell(message, options);
        return true;
      },
      onEnded: (callback) => {
        if (cell) return cell.onEnded(callback);
        callback();
        return nothing;
      },
    };
  }
  if (ref instanceof CellRef) {
    // An entity lives on behind its reference, whether or not it is live just now.
    const deliver = (message: unknown, options?: TellOptions): boolean => {
      ref.tell(message, options);
      return true;
    };
    return { deliver, onEnded: () => nothing };
  }
  if (!isReference(ref)) throw new TypeError("expected a reference to an actor of this library or of nact");
  return {
    deliver: (message) => {
      const live = isLive(ref);
      if (live) dispatchToNact(ref, message);
      return live;
    },
    onEnded: () => nothing,
  };
}
