/** What memoryStorage does beside the contract, which test/tck holds it to. */
import { expect } from "chai";
import { memoryStorage } from "rekindle/memory";
import { systemClock } from "#src/clock.js";
import { StorageFailedError, StorageLockedError } from "#src/errors.js";
import type { AppendRequest } from "#src/storage/journal.js";
import type { OpenStorage, Storage } from "#src/storage/storage.js";

function open(storage: Storage): Promise<OpenStorage> {
  return storage.open({ clock: systemClock, onFailure: (error) => expect.fail(String(error)) });
}

function added(sequenceNr: number, tags: readonly string[] = []): AppendRequest {
  const event = { type: "Added", version: 1, timestamp: 1, tags, metadata: undefined, payload: "{}" };
  return { persistenceId: "cart|1", entityType: "cart", entityId: "1", sequenceNr, events: [event] };
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("it was fulfilled"),
    (error: unknown) => error,
  );
}

describe("memoryStorage", () => {
  it("keeps the data in the storage object: two objects share nothing", async () => {
    const [first, second] = [await open(memoryStorage()), await open(memoryStorage())];
    await first.journal.append(added(1));
    expect(await first.journal.highestSequenceNr("cart|1")).to.equal(1);
    expect(await second.journal.highestSequenceNr("cart|1")).to.equal(0);
  });

  it("names this process as the owner when it is opened twice", async () => {
    const storage = memoryStorage();
    await open(storage);
    const error = await rejection(open(storage));
    expect(error).to.be.instanceOf(StorageLockedError);
    expect(error).to.include({ location: "memory", owner: "this process" });
    expect(storage.description).to.equal("memory");
  });

  it("does not let a store that was closed before unlock the one that is open", async () => {
    const storage = memoryStorage();
    const first = await open(storage);
    await first.close();
    await open(storage);
    expect(await rejection(first.close())).to.be.instanceOf(StorageFailedError);
    expect(await rejection(open(storage))).to.be.instanceOf(StorageLockedError);
  });

  it("says what failed after closing", async () => {
    const { journal, close } = await open(memoryStorage());
    await close();
    const error = await rejection(journal.append(added(1)));
    expect(error).to.have.property("message", "The store memory failed while appending events: it has been closed.");
    expect(() => journal.highestOffset()).to.throw(StorageFailedError);
  });

  it("fails a reader that goes on after closing", async () => {
    const { journal, close } = await open(memoryStorage());
    for (let sequenceNr = 1; sequenceNr <= 1_000; sequenceNr++) await journal.append(added(sequenceNr));
    const reader = journal.read("cart|1")[Symbol.asyncIterator]();
    await reader.next();
    await close();
    expect(await rejection(reader.next())).to.be.instanceOf(StorageFailedError);
  });

  it("acknowledges after the call has returned", async () => {
    const { journal } = await open(memoryStorage());
    const order: string[] = [];
    const acknowledged = journal.append(added(1)).then(() => order.push("acknowledged"));
    order.push("returned");
    await acknowledged;
    expect(order).to.deep.equal(["returned", "acknowledged"]);
  });

  it("never has a full backlog", async () => {
    const { journal } = await open(memoryStorage());
    const writes = Array.from({ length: 1_000 }, (_, index) => journal.append(added(1 + index)));
    expect(journal.backlog.full).to.equal(false);
    await journal.backlog.drained();
    await Promise.all(writes);
  });

  it("does not see what the caller does to the tags afterwards", async () => {
    const { journal } = await open(memoryStorage());
    const tags = ["green"];
    await journal.append(added(1, tags));
    tags.push("red");
    for await (const [event] of journal.read("cart|1")) expect(event?.tags).to.deep.equal(["green"]);
  });
});
