/** What a store does from a failed write until it takes writes again, over sessions that fail on demand. */
import { expect } from "chai";
import { StorageCorruptedError, StorageFailedError, StorageFullError } from "#src/errors.js";
import { queriesOf } from "../query/open-journal.ts";
import { deferred, quiet } from "../support/waiting.ts";
import { ReopeningBench as Bench } from "./reopening-bench.ts";
import { added, addedMany, collect, places, rejection, request } from "./store-fixture.ts";

const full = new StorageFullError("here");

const failing = (error: Error) => (): Promise<void> => Promise.reject(error);

describe("a poisoned store", () => {
  it("is closed before it is opened anew, and takes writes only then", async () => {
    const bench = new Bench();
    const { store, journal } = await bench.open();
    await journal.append(request("a|1", 1, added(1)));
    bench.fail(full);
    expect(store.state).to.equal("poisoned");
    expect(await rejection(journal.append(request("a|1", 2, added(2))))).to.equal(full);
    const gate = deferred();
    bench.openings.push(() => gate.promise);
    await bench.pass(100);
    expect(store.state).to.equal("reopening");
    expect(await rejection(journal.append(request("a|1", 2, added(2))))).to.equal(full);
    gate.resolve();
    await quiet();
    expect(store.state).to.equal("healthy");
    expect(await journal.append(request("a|1", 2, added(2)))).to.equal(2);
    expect(bench.log).to.deep.equal(["open at 0", "told StorageFullError", "close", "open at 100", "told recovered"]);
  });

  it("is tried again with pauses that double from 100 ms to 10 s, and told of once", async () => {
    const bench = new Bench();
    const { store } = await bench.open();
    for (let n = 0; n < 9; n++) bench.openings.push(failing(new Error("EIO")));
    bench.fail(full);
    await bench.pass(40_000);
    const times = bench.log.flatMap((line) => (line.startsWith("open at") ? [Number(line.slice(8))] : []));
    expect(times.slice(1).map((time, at) => time - (times[at] ?? 0))).to.deep.equal([
      100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000,
    ]);
    await bench.pass(10_000);
    expect(store.state).to.equal("healthy");
    expect(bench.log.filter((line) => line.startsWith("told"))).to.deep.equal([
      "told StorageFullError",
      "told recovered",
    ]);
    expect(bench.clock.timers).to.equal(0);
  });

  it("is not healthy as long as its disk refuses a first write", async () => {
    const bench = new Bench();
    const { store } = await bench.open();
    bench.proofs.push(failing(full));
    bench.fail(full);
    await bench.pass(100);
    expect(store.state).to.equal("poisoned");
    await bench.pass(200);
    expect(store.state).to.equal("healthy");
    expect(bench.log.filter((line) => line === "close")).to.have.length(2);
  });

  it("goes on with the longer pause when it fails again without having stored anything, and else begins anew", async () => {
    const bench = new Bench();
    const { store, journal } = await bench.open();
    bench.fail(full);
    await bench.pass(100);
    bench.fail(full);
    await bench.pass(100);
    expect(store.state).to.equal("poisoned");
    await bench.pass(100);
    expect(store.state).to.equal("healthy");
    await journal.append(request("a|1", 1, added(1)));
    bench.fail(full);
    await bench.pass(100);
    expect(store.state).to.equal("healthy");
  });

  it("stays poisoned, and tells why, while what was acknowledged is missing", async () => {
    const bench = new Bench();
    const { store, journal } = await bench.open();
    await journal.append(request("a|1", 1, added(1), added(2)));
    bench.hidden = 1;
    bench.fail(full);
    await bench.pass(1_000);
    const error = await rejection(journal.append(request("a|1", 3, added(3))));
    expect(error).to.be.instanceOf(StorageCorruptedError);
    expect(error.message).to.include("it ends at offset 1, though 2 was acknowledged");
    expect(journal.highestOffset()).to.equal(2);
    bench.hidden = 0;
    await bench.pass(10_000);
    expect(store.state).to.equal("healthy");
    expect(bench.log.filter((line) => line.startsWith("told"))).to.deep.equal([
      "told StorageFullError",
      "told StorageCorruptedError",
      "told recovered",
    ]);
  });
});

describe("reading in an outage", () => {
  it("waits for its end", async () => {
    const bench = new Bench();
    const { journal, snapshots } = await bench.open();
    await journal.append(request("a|1", 1, ...addedMany(1, 3)));
    bench.fail(full);
    const waiting = Promise.all([
      journal.highestSequenceNr("a|1"),
      collect(journal.read("a|1")),
      collect(journal.readAll()),
      collect(journal.persistenceIds()),
      snapshots.load("a|1"),
      snapshots.list("a|1"),
    ]);
    const change = { persistenceId: "a|1", sequenceNr: 3, schemaVersion: 1, state: "1" };
    expect(await rejection(snapshots.save(change))).to.equal(full);
    expect(await rejection(snapshots.delete("a|1", 1))).to.equal(full);
    expect(await rejection(snapshots.deleteMatching("a|1", {}))).to.equal(full);
    expect(await rejection(journal.deleteTo("a|1", 1))).to.equal(full);
    expect(journal.highestOffset()).to.equal(3);
    expect(journal.backlog.full).to.equal(false);
    await bench.pass(100);
    const [highest, events, history, ids] = await waiting;
    expect([highest, events.length, history.length, ids]).to.deep.equal([3, 3, 3, ["a|1"]]);
  });

  it("goes on where it was", async () => {
    const bench = new Bench();
    const { journal } = await bench.open();
    const many = 3_000;
    for (let n = 1; n <= many; n += 100) await journal.append(request("a|1", n, ...addedMany(n, 100)));
    const range = { fromSequenceNr: 11, max: many - 20 };
    const walks = [journal.read("a|1", range), journal.readAll(10)].map((walk) => walk[Symbol.asyncIterator]());
    const given = await Promise.all(walks.map(async (walk) => (await walk.next()).value ?? []));
    for (const events of given) expect(events.length).to.be.within(1, many - 100);
    bench.fail(full);
    await bench.pass(100);
    const rest = await Promise.all(walks.map((walk) => collect({ [Symbol.asyncIterator]: () => walk })));
    const all = [0, 1].map((at) => places([...(given[at] ?? []), ...(rest[at] ?? [])]));
    const expected = Array.from({ length: many - 10 }, (_, at) => `a|1/${at + 11}@${at + 11}`);
    expect(all[0]).to.deep.equal(expected.slice(0, -10));
    expect(all[1]).to.deep.equal(expected);
  });
});

describe("closing a store in an outage", () => {
  it("ends it: no timer is left, and who waits gets a typed error", async () => {
    const bench = new Bench();
    const { store, journal } = await bench.open();
    bench.fail(full);
    const waiting = rejection(journal.highestSequenceNr("a|1"));
    await store.close();
    expect(await waiting).to.be.instanceOf(StorageFailedError);
    expect(bench.clock.timers).to.equal(0);
    expect(bench.released).to.equal(1);
    expect(bench.log).to.deep.equal(["open at 0", "told StorageFullError", "close"]);
    expect(await rejection(journal.append(request("a|1", 1, added(1))))).to.be.instanceOf(StorageFailedError);
    expect(() => journal.highestOffset()).to.throw(StorageFailedError);
  });

  it("waits for an opening under way, and closes what it opened", async () => {
    const bench = new Bench();
    const { store } = await bench.open();
    bench.fail(full);
    const gate = deferred();
    bench.openings.push(() => gate.promise);
    await bench.pass(100);
    const closing = Promise.all([store.close(), store.close()]);
    await quiet();
    expect(bench.released).to.equal(0);
    gate.resolve();
    await closing;
    expect([bench.released, bench.clock.timers, store.state]).to.deep.equal([1, 0, "closed"]);
    expect(bench.log).to.deep.equal(["open at 0", "told StorageFullError", "close", "open at 100", "close"]);
  });
});

describe("following over an outage", () => {
  it("tells of the outage where the history ends after it, and of every commit again from then on", async () => {
    const bench = new Bench();
    const { journal } = await bench.open();
    const told: string[] = [];
    journal.follow(({ highestOffset, events }) =>
      told.push(`${highestOffset}: ${events?.map(({ offset }) => offset) ?? "unknown"}`),
    );
    await journal.append(request("a|1", 1, added(1)));
    bench.fail(full);
    await bench.pass(100);
    await journal.append(request("a|1", 2, added(2)));
    expect(told).to.deep.equal(["1: 1", "1: unknown", "2: 2"]);
  });

  it("lets a live reader go on, with what was stored by the failed write too, and without a duplicate", async () => {
    const bench = new Bench();
    const { journal } = await bench.open();
    const { readJournal } = queriesOf(journal, bench.clock);
    const seen: number[] = [];
    const query = readJournal.events({ live: true });
    const reading = (async () => {
      for await (const { offset } of query) seen.push(offset);
    })();
    await journal.append(request("a|1", 1, added(1)));
    // Beneath the followers: as when a write reaches the disk and is reported as failed.
    bench.silent = true;
    await journal.append(request("a|1", 2, added(2)));
    bench.silent = false;
    bench.fail(full);
    await quiet();
    expect(seen).to.deep.equal([1]);
    await bench.pass(100);
    await journal.append(request("a|1", 3, added(3)));
    await quiet();
    expect(seen).to.deep.equal([1, 2, 3]);
    await Promise.all([query.return(), reading]);
  });
});
