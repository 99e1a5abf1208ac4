/** nact's functions with the types that they have in JavaScript: its declarations leave out what its documentation shows. */
import * as nact from "nact";
import type { NactRef } from "rekindle";

interface Context {
  readonly sender: NactRef<never>;
}

export const query: (to: NactRef<never>, message: unknown, timeoutMs: number) => Promise<unknown> =
  nact.query as typeof query;

export const dispatch: (to: NactRef<never>, message: unknown, sender?: NactRef<never>) => void =
  nact.dispatch as typeof dispatch;

export const spawn: (
  parent: NactRef<never>,
  receive: (state: never, message: never, context: Context) => unknown,
  name?: string,
  properties?: { readonly shutdownAfter?: number; readonly afterStop?: () => void },
) => NactRef<never> = nact.spawn as typeof spawn;

/** The name is given as an object, whatever the declaration says. */
export const start: (options?: { readonly name: string }) => NactRef<never> = nact.start as typeof start;

export const stop: (reference: NactRef<never>) => void = nact.stop as typeof stop;

/** An actor of nact that answers with what it is sent. */
export function spawnEcho(parent: NactRef<never>, name?: string): NactRef<never> {
  return spawn(parent, (_state, message, { sender }) => dispatch(sender, message), name);
}
