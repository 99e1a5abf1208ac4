/** Reads that outlast an outage: they wait for the store to be healthy, and go on where they were in its next session. */
import type { ReopeningStore, StoreSession } from "./reopening-store.ts";

/** The result of a read that changes nothing, from whichever session is healthy. */
export async function readLasting<T>(
  store: ReopeningStore,
  doing: string,
  read: (session: StoreSession) => Promise<T>,
): Promise<T> {
  for (;;) {
    const session = await store.whenHealthy(doing);
    try {
      return await read(session);
    } catch (error) {
      if (!store.outlives(session)) throw error;
    }
  }
}

/** How far a walk has come. */
interface Progress<T> {
  /** The last row that was given. */
  readonly last: T;
  /** How many rows were given. */
  readonly given: number;
}

/** Begins a walk, or goes on with it after `progress`. */
type Walk<T> = (session: StoreSession, progress: Progress<T> | undefined) => AsyncIterable<readonly T[]>;

/** A walk in batches. With a healthy store it is begun at the call, so that it sees what is pending then. */
export function walkLasting<T>(store: ReopeningStore, doing: string, walk: Walk<T>): AsyncIterable<readonly T[]> {
  if (store.state !== "healthy") return walkOn(store, doing, walk);
  const { session } = store;
  return walkOn(store, doing, walk, { session, batches: walk(session, undefined) });
}

async function* walkOn<T>(
  store: ReopeningStore,
  doing: string,
  walk: Walk<T>,
  begun?: { readonly session: StoreSession; readonly batches: AsyncIterable<readonly T[]> },
): AsyncGenerator<readonly T[], void, undefined> {
  let progress: Progress<T> | undefined;
  for (let present = begun; ; present = undefined) {
    const session = present?.session ?? (await store.whenHealthy(doing));
    try {
      for await (const batch of present?.batches ?? walk(session, progress)) {
        yield batch;
        const last = batch.at(-1);
        if (last !== undefined) progress = { last, given: (progress?.given ?? 0) + batch.length };
      }
      return;
    } catch (error) {
      if (!store.outlives(session)) throw error;
    }
  }
}
