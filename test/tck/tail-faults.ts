/** Journals that each break one promise about tags or about following. */
import type { DurableCommit, Journal } from "#src/storage/journal.js";
import type { StoredEvent } from "#src/storage/stored-event.js";
import { type Fault, journalFault } from "./fault.ts";

type Batches = AsyncIterable<readonly StoredEvent[]>;

function readsTag(
  does: string,
  caughtBy: string,
  read: (journal: Journal, tag: string, from: number) => Batches,
): Fault {
  return journalFault(does, caughtBy, (journal) => ({ readTag: (tag, from = 0) => read(journal, tag, from) }));
}

function tells(does: string, caughtBy: string, change: (commit: DurableCommit) => readonly DurableCommit[]): Fault {
  return journalFault(does, caughtBy, (journal) => ({
    follow: (listener) => journal.follow((commit) => change(commit).forEach(listener)),
  }));
}

/** Nobody is left to hear that the case is over. */
function laterTelling(listener: (commit: DurableCommit) => void, commit: DurableCommit): void {
  setImmediate(() => {
    try {
      listener(commit);
    } catch {}
  });
}

async function* kept(batches: Batches, keep: (event: StoredEvent) => boolean): AsyncGenerator<StoredEvent[]> {
  for await (const batch of batches) yield batch.filter(keep);
}

async function* reversed(batches: Batches): AsyncGenerator<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for await (const batch of batches) all.push(...batch);
  yield all.reverse();
}

const exclusive = "reads what comes after an offset, exclusive";
const ordered = "reads the events with a tag in the order of their offsets,";
const told = "tells, after the call, every event as it is read,";
const goesOn = "goes on, with what was read before, to the whole history,";

export const tailFaults: readonly Fault[] = [
  readsTag("takes the offset of a tag as inclusive", exclusive, (journal, tag, from) =>
    journal.readTag(tag, Math.max(from - 1, 0)),
  ),
  readsTag("reads tags backwards", ordered, (journal, tag, from) => reversed(journal.readTag(tag, from))),
  readsTag("looks at the first tag of an event only", ordered, (journal, tag, from) =>
    kept(journal.readTag(tag, from), ({ tags }) => tags[0] === tag),
  ),
  readsTag("takes the beginning of a tag for the tag", "or that only begins like one", (journal, tag, from) =>
    kept(journal.readAll(from), ({ tags }) => tags.some((other) => other.startsWith(tag))),
  ),
  tells("tells the last event of a commit only", told, ({ events, ...commit }) => [
    { ...commit, events: events?.slice(-1) },
  ]),
  tells("tells of a commit twice", told, (commit) => [commit, commit]),
  tells("tells of nothing", told, () => []),
  tells("gives each follower objects of its own", "gives all followers the same objects,", (commit) => [
    structuredClone(commit),
  ]),
  journalFault("begins to tell with the second commit after the call", goesOn, (journal) => ({
    follow(listener) {
      let first = true;
      return journal.follow((commit) => {
        if (!first) listener(commit);
        first = false;
      });
    },
  })),
  journalFault(
    "tells later than its appends resolve",
    "has told of an event when its append has resolved,",
    (journal) => ({
      follow: (listener) => journal.follow((commit) => laterTelling(listener, commit)),
    }),
  ),
  journalFault("never ends telling", "each until it leaves", (journal) => ({
    follow(listener) {
      journal.follow(listener);
      return () => undefined;
    },
  })),
];
