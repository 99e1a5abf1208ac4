/** Random work on a backend and on the memory storage, after which nobody can tell them apart. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { systemClock } from "#src/clock.js";
import type { AppendRequest } from "#src/storage/journal.js";
import type { OpenStorage, Storage } from "#src/storage/storage.js";
import type { StoredEvent } from "#src/storage/stored-event.js";

type Step = (open: OpenStorage, model: Model) => Promise<unknown>;

/** The highest sequence number of each stream, writes that are still pending included. */
type Model = Map<string, number>;

interface Burst {
  /** Started at once, in this order; the next burst waits for all of them. */
  readonly steps: readonly Step[];
  readonly reopen: boolean;
}

const ids = ["cart|1", "cart|11", "cart"];
const id = fc.constantFrom(...ids);
const sequenceNr = fc.integer({ min: 1, max: 12 });

function request(persistenceId: string, sequenceNr: number, payloads: readonly unknown[]): AppendRequest {
  const events = payloads.map((payload) => ({
    type: "Added",
    version: 1,
    timestamp: sequenceNr,
    tags: [],
    metadata: undefined,
    payload: JSON.stringify(payload),
  }));
  return { persistenceId, entityType: "cart", entityId: "1", sequenceNr, events };
}

const payloads = fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 4 });

/** The offset is left out: writes of different streams may be stored in another order than that of the calls. */
async function append(open: OpenStorage, model: Model, request: AppendRequest): Promise<void> {
  const highest = model.get(request.persistenceId) ?? 0;
  const follows = (request.expectedSequenceNr ?? request.sequenceNr - 1) === highest;
  if (follows) model.set(request.persistenceId, request.sequenceNr + request.events.length - 1);
  await open.journal.append(request);
}

/** With the text that a counterexample shows. */
function step(text: string, run: Step): Step {
  return Object.assign(run, { [fc.toStringMethod]: () => text });
}

const appendNext = fc.record({ id, payloads }).map(({ id, payloads }) =>
  step(`append ${payloads.length} next to ${id}`, (open, model) => {
    return append(open, model, request(id, (model.get(id) ?? 0) + 1, payloads));
  }),
);
const appendAnywhere = fc.record({ id, sequenceNr, payloads }).map(({ id, sequenceNr, payloads }) =>
  step(`append ${payloads.length} at ${sequenceNr} to ${id}`, (open, model) => {
    return append(open, model, request(id, sequenceNr, payloads));
  }),
);
const appendBeginning = fc.record({ id, sequenceNr, payloads }).map(({ id, sequenceNr, payloads }) =>
  step(`append ${payloads.length} to ${id}, beginning at ${sequenceNr}`, (open, model) => {
    return append(open, model, { ...request(id, sequenceNr, payloads), expectedSequenceNr: 0 });
  }),
);
const deleteTo = fc
  .record({ id, sequenceNr })
  .map(({ id, sequenceNr }) =>
    step(`delete ${id} to ${sequenceNr}`, ({ journal }) => journal.deleteTo(id, sequenceNr)),
  );
const save = fc.record({ id, sequenceNr, state: fc.jsonValue({ maxDepth: 1 }) }).map(({ id, sequenceNr, state }) =>
  step(`save ${id} at ${sequenceNr}`, ({ snapshots }) => {
    return snapshots.save({ persistenceId: id, sequenceNr, schemaVersion: 1, state: JSON.stringify(state) });
  }),
);
const deleteSnapshots = fc.record({ id, from: sequenceNr, to: sequenceNr }).map(({ id, from, to }) =>
  step(`delete snapshots ${from} to ${to} of ${id}`, ({ snapshots }) => {
    return snapshots.deleteMatching(id, { minSequenceNr: from, maxSequenceNr: to });
  }),
);

const anyStep = fc.oneof(
  { arbitrary: appendNext, weight: 6 },
  { arbitrary: appendAnywhere, weight: 3 },
  { arbitrary: appendBeginning, weight: 2 },
  { arbitrary: deleteTo, weight: 1 },
  { arbitrary: save, weight: 2 },
  { arbitrary: deleteSnapshots, weight: 1 },
);
const bursts = fc.array(fc.record({ steps: fc.array(anyStep, { minLength: 1, maxLength: 8 }), reopen: fc.boolean() }), {
  minLength: 1,
  maxLength: 6,
});

async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}

async function collectEvents(batches: AsyncIterable<readonly StoredEvent[]>): Promise<readonly unknown[]> {
  return (await collect(batches)).map(({ offset, ...event }) => event);
}

/** Everything that can be read, in a form that can be compared. */
async function contents({ journal, snapshots }: OpenStorage): Promise<unknown> {
  const streams = await Promise.all(
    ids.map(async (id) => ({
      events: await collectEvents(journal.read(id)),
      window: await collectEvents(journal.read(id, { fromSequenceNr: 3, toSequenceNr: 8, max: 4 })),
      highestSequenceNr: await journal.highestSequenceNr(id),
      newest: await snapshots.load(id),
      snapshots: await snapshots.list(id, { minSequenceNr: 2 }),
    })),
  );
  return {
    streams,
    count: (await collect(journal.readAll())).length,
    ids: (await collect(journal.persistenceIds())).sort(),
    highestOffset: journal.highestOffset(),
  };
}

/** What every step resolved or was rejected with, and what can be read in the end. */
async function history(storage: Storage, work: readonly Burst[]): Promise<unknown> {
  const context = {
    clock: { ...systemClock, now: () => 1_700_000_000_000 },
    onFailure: (error: Error) => expect.fail(error.message),
  };
  const outcomes: unknown[] = [];
  const model: Model = new Map();
  let open = await storage.open(context);
  for (const { steps, reopen } of work) {
    const settled = await Promise.allSettled(steps.map((step) => step(open, model)));
    outcomes.push(
      settled.map((one) => (one.status === "fulfilled" ? { value: one.value } : { error: one.reason.message })),
    );
    if (!reopen) continue;
    await open.close();
    open = await storage.open(context);
  }
  const end = await contents(open);
  await open.close();
  return { outcomes, end };
}

describe("levelStorage and memoryStorage", function () {
  this.timeout(120_000);

  it("agree about every outcome and all contents, whatever is done to them", async () => {
    const root = await mkdtemp(join(tmpdir(), "rekindle-agree-"));
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(bursts, async (work) => {
          const level = await history(levelStorage(join(root, `${run++}`)), work);
          expect(level).to.deep.equal(await history(memoryStorage(), work));
        }),
        { numRuns: 60 },
      );
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});
