/** Faults on demand. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { PersistRejectedError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage, type StorageOperation } from "rekindle/testkit";
import { systemClock } from "#src/clock.js";
import type { AppendRequest } from "#src/storage/journal.js";
import type { OpenStorage } from "#src/storage/storage.js";
import { rejection } from "../support/rejection.ts";

const error = new Error("disk on fire");

function added(entityId: string, sequenceNr: number): AppendRequest {
  const event = { type: "Added", version: 1, timestamp: 1, tags: [], metadata: undefined, payload: "{}" };
  return { persistenceId: `cart|${entityId}`, entityType: "cart", entityId, sequenceNr, events: [event] };
}

function snapshot(entityId: string) {
  return { persistenceId: `cart|${entityId}`, sequenceNr: 1, schemaVersion: 1, metadata: undefined, state: "{}" };
}

describe("faultyStorage", () => {
  let storage: FaultyStorage;
  let open: OpenStorage;

  beforeEach(async () => {
    storage = faultyStorage(memoryStorage());
    open = await storage.open({ clock: systemClock, onFailure: () => {} });
  });

  afterEach(() => open.close());

  async function read(entityId: string): Promise<number> {
    let count = 0;
    for await (const batch of open.journal.read(`cart|${entityId}`)) count += batch.length;
    return count;
  }

  const operations: Record<StorageOperation, (entityId: string) => Promise<unknown>> = {
    append: (id) => open.journal.highestSequenceNr(`cart|${id}`).then((n) => open.journal.append(added(id, n + 1))),
    read,
    highestSequenceNr: (id) => open.journal.highestSequenceNr(`cart|${id}`),
    purgedTo: (id) => open.journal.purgedTo(`cart|${id}`),
    deleteTo: (id) => open.journal.deleteTo(`cart|${id}`, 1),
    save: (id) => open.snapshots.save(snapshot(id)),
    load: (id) => open.snapshots.load(`cart|${id}`),
    list: (id) => open.snapshots.list(`cart|${id}`),
    delete: (id) => open.snapshots.delete(`cart|${id}`, 1),
    deleteMatching: (id) => open.snapshots.deleteMatching(`cart|${id}`, {}),
  };

  it("behaves as the storage itself without orders", async () => {
    expect(storage.description).to.equal("faulty memory");
    expect(await open.journal.append(added("1", 1))).to.equal(1);
    expect([await read("1"), open.journal.highestOffset(), open.journal.backlog.full]).to.deep.equal([1, 1, false]);
    const ids: string[] = [];
    for await (const batch of open.journal.persistenceIds()) ids.push(...batch);
    for await (const batch of open.journal.readAll(0)) expect(batch).to.have.length(1);
    expect(ids).to.deep.equal(["cart|1"]);
  });

  for (const [operation, run] of Object.entries(operations) as [StorageOperation, (id: string) => Promise<unknown>][]) {
    describe(`makes ${operation}`, () => {
      it("fail once, with the error that was ordered", async () => {
        storage.failNext(operation, undefined, error);
        expect(await rejection(run("1"))).to.equal(error);
        await run("1");
      });

      it("fail for one id and no other", async () => {
        storage.failNext(operation, "cart|2", error);
        await run("1");
        expect(await rejection(run("2"))).to.equal(error);
      });

      it("be rejected once, as surely not stored", async () => {
        storage.rejectNext(operation, undefined, error);
        const rejected = await rejection(run("1"));
        expect(rejected).to.be.instanceOf(PersistRejectedError);
        expect(rejected).to.include({ persistenceId: "cart|1", cause: error });
        await run("1");
      });

      it("wait until it is released", async () => {
        storage.hold(operation);
        let done = false;
        const held = run("1").then(() => (done = true));
        await turn();
        await turn();
        expect(done).to.equal(false);
        storage.release(operation);
        await held;
        await run("1");
      });
    });
  }

  it("does not carry out what it fails or rejects", async () => {
    storage.failNext("append");
    storage.rejectNext("append");
    await rejection(open.journal.append(added("1", 1)));
    await rejection(open.journal.append(added("1", 1)));
    expect(await open.journal.highestSequenceNr("cart|1")).to.equal(0);
  });

  it("says what was ordered when no error is given", async () => {
    storage.failNext("append");
    storage.rejectNext("load");
    expect(await rejection(open.journal.append(added("1", 1)))).to.have.property("message", "ordered fault in append");
    expect((await rejection(open.snapshots.load("cart|1"))).cause).to.have.property(
      "message",
      "ordered rejection of load",
    );
  });

  it("216: carries out stacked orders one by one, in the order they were given", async () => {
    const errors = [new Error("first"), new Error("second")] as const;
    storage.failNext("append", undefined, errors[0]);
    storage.rejectNext("append", "cart|1", errors[1]);
    storage.failNext("append", "cart|2", error);
    expect(await rejection(open.journal.append(added("2", 1)))).to.equal(errors[0]);
    expect(await rejection(open.journal.append(added("2", 1)))).to.equal(error);
    expect(await rejection(open.journal.append(added("1", 1)))).to.have.property("cause", errors[1]);
    expect(await open.journal.append(added("1", 1))).to.equal(1);
  });

  it("fails what it has held, when both are ordered", async () => {
    storage.hold("append");
    storage.failNext("append", undefined, error);
    const held = rejection(open.journal.append(added("1", 1)));
    await turn();
    storage.release("append");
    expect(await held).to.equal(error);
  });

  it("holds one id and lets the others pass", async () => {
    storage.hold("append", "cart|1");
    const held = open.journal.append(added("1", 1));
    expect(await open.journal.append(added("2", 1))).to.equal(1);
    storage.release("append", "cart|1");
    expect(await held).to.equal(2);
  });

  it("holds until every hold on an operation is released", async () => {
    storage.hold("append");
    storage.hold("append", "cart|1");
    let done = false;
    const held = open.journal.append(added("1", 1)).then(() => (done = true));
    storage.release("append");
    await turn();
    expect(done).to.equal(false);
    storage.release("append", "cart|1");
    await held;
  });

  it("lets what was held go on in its order, before whatever comes later", async () => {
    storage.hold("append");
    const held = [1, 2, 3].map((sequenceNr) => open.journal.append(added("1", sequenceNr)));
    await turn();
    storage.release("append");
    const later = open.journal.append(added("1", 4));
    expect(await Promise.all([...held, later])).to.deep.equal([1, 2, 3, 4]);
  });

  it("keeps that order over holds that follow each other", async () => {
    storage.hold("append");
    const first = open.journal.append(added("1", 1));
    await turn();
    storage.release("append");
    storage.hold("append");
    const second = open.journal.append(added("1", 2));
    await turn();
    storage.release("append");
    expect(await Promise.all([first, second])).to.deep.equal([1, 2]);
  });

  it("may release what nobody holds", async () => {
    storage.release("append");
    storage.release("append", "cart|1");
    expect(await open.journal.append(added("1", 1))).to.equal(1);
  });

  it("can be opened again with its orders and its data", async () => {
    await open.journal.append(added("1", 1));
    storage.failNext("highestSequenceNr", undefined, error);
    await open.close();
    open = await storage.open({ clock: systemClock, onFailure: () => {} });
    expect(await rejection(open.journal.highestSequenceNr("cart|1"))).to.equal(error);
    expect(await open.journal.highestSequenceNr("cart|1")).to.equal(1);
  });
});
