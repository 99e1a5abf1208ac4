/** Group commit, with a disk that does what the test says. */
import { expect } from "chai";
import { systemClock } from "#src/clock.js";
import { StorageFailedError, StorageFullError } from "#src/errors.js";
import { CommitQueue } from "#src/level/commit/commit-queue.js";
import { type LevelStorageOptions, resolveOptions } from "#src/level/level-storage-options.js";
import { StreamHead } from "#src/level/records/stream-head.js";
import { StoreHealth } from "#src/level/session/store-health.js";
import { HeldTarget } from "./held-target.ts";
import { commitKeyOf } from "./raw-store.ts";
import { addedMany, rejection, request } from "./store-fixture.ts";

/** Longer than the queue waits for more. */
async function rounds(): Promise<void> {
  for (let round = 0; round < 4; round++) await new Promise((resolve) => setImmediate(resolve));
}

/** A queue with its surroundings. */
class QueueUnderTest {
  readonly target = new HeldTarget();
  readonly failures: Error[] = [];
  readonly resolved: number[] = [];
  readonly queue: CommitQueue;
  forgotten = 0;
  readonly health: StoreHealth = new StoreHealth("here", (error) => this.failures.push(error));
  readonly #heads = new Map<string, StreamHead>();

  constructor(options: LevelStorageOptions = {}) {
    this.queue = new CommitQueue({
      target: this.target,
      settings: resolveOptions(options),
      clock: systemClock,
      health: this.health,
      highestOffset: 0,
      lastCommitAt: 0,
      forgetHeads: () => this.forgotten++,
    });
  }

  head(id: string): StreamHead {
    const head = this.#heads.get(id) ?? new StreamHead(id, { highest: 0, deletedTo: 0, purgedTo: 0 });
    this.#heads.set(id, head);
    return head;
  }

  append(id: string, count = 1): Promise<number> {
    const head = this.head(id);
    const appended = new Promise<number>((resolve, reject) =>
      this.queue.append(head, request(id, head.highest + 1, ...addedMany(1, count)), resolve, reject),
    );
    appended.then(
      (offset) => this.resolved.push(offset),
      () => undefined,
    );
    return appended;
  }

  /** The streams of the write that was asked for last, each with its number of events. */
  get lastStreams(): string[] {
    const commit = [...this.target.last.records].find(([key]) => key.startsWith("c"))?.[1] ?? "";
    return [...commit.matchAll(/\["([^"]+)",\d+,(\d+),/g)].map(([, id, count]) => `${id}:${count}`);
  }
}

describe("group commit", () => {
  it("does not write within the call, and gathers all that comes in one round of the event loop", async () => {
    const under = new QueueUnderTest();
    const appends = [under.append("a|1"), under.append("a|2"), under.append("a|1", 2)];
    expect(under.target.writes).to.have.lengthOf(0);
    await rounds();
    expect(under.lastStreams).to.deep.equal(["a|1:3", "a|2:1"]);
    expect(under.resolved).to.deep.equal([]);
    under.target.last.succeed();
    expect(await Promise.all(appends)).to.deep.equal([1, 4, 2]);
    expect(under.resolved).to.deep.equal([1, 2, 4]);
    expect(under.queue.highestOffset).to.equal(4);
  });

  it("116, 120: has one write in flight; what arrives meanwhile is the next commit", async () => {
    const under = new QueueUnderTest();
    const first = under.append("a|1");
    await rounds();
    const later = [under.append("a|1"), under.append("a|2")];
    await rounds();
    expect(under.target.writes).to.have.lengthOf(1);
    under.target.last.succeed();
    await first;
    await rounds();
    expect(under.target.writes).to.have.lengthOf(2);
    expect(under.lastStreams).to.deep.equal(["a|1:1", "a|2:1"]);
    under.target.last.succeed();
    expect(await Promise.all(later)).to.deep.equal([2, 3]);
    expect(under.target.inFlightMax).to.equal(1);
  });

  it("writes nothing while a backup copies: after the write in flight, and before all others", async () => {
    const under = new QueueUnderTest();
    const first = under.append("a|1");
    await rounds();
    let copied: () => void = () => undefined;
    let copying = false;
    const backup = under.queue.whilePaused(() => {
      copying = true;
      return new Promise<void>((resolve) => (copied = resolve));
    });
    const later = under.append("a|1", 600);
    await rounds();
    expect(copying).to.equal(false);
    under.target.last.succeed();
    await first;
    await rounds();
    expect(copying).to.equal(true);
    expect(under.target.writes).to.have.lengthOf(1);
    copied();
    await backup;
    await rounds();
    expect(under.target.writes).to.have.lengthOf(2);
    under.target.last.succeed();
    expect(await later).to.equal(2);
  });

  it("writes at once when many events wait and the disk is idle", async () => {
    const under = new QueueUnderTest();
    const appends = [under.append("a|1", 511)];
    expect(under.target.writes).to.have.lengthOf(0);
    appends.push(under.append("a|2", 1));
    expect(under.target.writes).to.have.lengthOf(1);
    under.target.last.succeed();
    expect(await Promise.all(appends)).to.deep.equal([1, 512]);
  });

  it("puts a large next commit together while the disk is busy, and still lets others join it", async () => {
    const under = new QueueUnderTest();
    const all = [under.append("a|1", 600), under.append("a|2", 600)];
    await rounds();
    all.push(under.append("a|3", 1), under.append("a|2", 5));
    await rounds();
    expect(under.target.writes).to.have.lengthOf(1);
    under.target.last.succeed();
    await all[0];
    expect(under.target.writes).to.have.lengthOf(2);
    expect(under.lastStreams).to.deep.equal(["a|2:600", "a|3:1", "a|2:5"]);
    expect(under.target.last.records.get("ha|2")).to.equal("[605,0]");
    under.target.last.succeed();
    expect(await Promise.all(all)).to.deep.equal([1, 601, 1201, 1202]);
    expect(under.resolved).to.deep.equal([1, 601, 1201, 1202]);
  });

  it("begins another commit when one is full", async () => {
    const under = new QueueUnderTest({ commitBytesMax: 300 });
    const appends = [1, 2, 3, 4, 5, 6, 7].map((number) => under.append(`a|${number}`, 2));
    for (let write = 1; write <= 3; write++) {
      await rounds();
      expect(under.target.writes).to.have.lengthOf(write);
      under.target.last.succeed();
    }
    await Promise.all(appends);
    expect(under.resolved).to.deep.equal([1, 3, 5, 7, 9, 11, 13]);
  });

  for (const [durability, sync] of [
    ["sync", true],
    ["async", false],
  ] as const) {
    it(`writes everything ${sync ? "synced" : "without sync"} when durability is "${durability}"`, async () => {
      const under = new QueueUnderTest({ durability });
      for (let write = 0; write < 3; write++) {
        const both = Promise.all([under.append("a|1"), under.queue.change([{ key: "sx", text: "1" }])]);
        await rounds();
        under.target.last.succeed();
        await both;
      }
      expect(under.target.writes.map((write) => write.sync)).to.deep.equal([sync, sync, sync]);
    });
  }

  it("stores record changes in the commit of the events that came before them", async () => {
    const under = new QueueUnderTest();
    const appended = under.append("a|1", 3);
    const changed = under.queue.change([{ key: "sx", text: "{}" }, { key: "sy" }]);
    const deleted = under.queue.change([], { head: under.head("a|1"), deletedTo: 2 });
    await rounds();
    expect([...under.target.last.records.keys()]).to.include.members([commitKeyOf(1), "sx", "sy"]);
    expect(under.target.last.records.get("ha|1")).to.equal("[3,2]");
    expect(under.target.last.records.get("sy")).to.equal(undefined);
    under.target.last.succeed();
    await Promise.all([appended, changed, deleted]);
  });

  it("makes no commit record without events", async () => {
    const under = new QueueUnderTest();
    const changed = under.queue.change([{ key: "sx", text: "{}" }]);
    await rounds();
    expect([...under.target.last.records.keys()]).to.deep.equal(["sx"]);
    under.target.last.succeed();
    await changed;
    const appended = under.append("a|1");
    await rounds();
    under.target.last.succeed();
    expect(await appended).to.equal(1);
  });

  describe("after a write that failed", () => {
    async function failing(cause: Error): Promise<{ under: QueueUnderTest; errors: Error[] }> {
      const under = new QueueUnderTest();
      const waiting = [
        under.append("a|1", 600),
        under.append("a|2", 600),
        under.append("a|3"),
        under.queue.change([{ key: "sx" }]),
      ];
      const errors = Promise.all(waiting.map((promise) => rejection(promise)));
      await rounds();
      under.target.last.fail(cause);
      return { under, errors: await errors };
    }

    it("fails it, everything that waits, and everything that comes, with one error", async () => {
      const cause = new Error("Input/output error");
      const { under, errors } = await failing(cause);
      expect(new Set(errors).size).to.equal(1);
      expect(errors[0])
        .to.be.instanceOf(StorageFailedError)
        .and.to.include({ phase: "writing", location: "here", cause });
      expect(await rejection(under.append("a|9"))).to.equal(errors[0]);
      expect(await rejection(under.queue.change([]))).to.equal(errors[0]);
      await rounds();
      expect(under.target.writes).to.have.lengthOf(1);
      expect(under.target.discarded).to.equal(1);
      expect(under.failures).to.deep.equal([errors[0]]);
      expect(under.queue.highestOffset).to.equal(0);
    });

    it("forgets the heads, and doubts the streams that it was to store", async () => {
      const { under, errors } = await failing(new Error("Input/output error"));
      expect(under.forgotten).to.equal(1);
      expect(["a|1", "a|2", "a|3"].map((id) => under.health.doubtAbout(id))).to.deep.equal([
        errors[0],
        errors[0],
        errors[0],
      ]);
      expect(under.health.doubtAbout("a|4")).to.equal(undefined);
    });

    it("says that the disk is full when it is", async () => {
      const levelError = new Error("batch failed", {
        cause: new Error("IO error: 000005.log: No space left on device"),
      });
      expect((await failing(levelError)).errors[0])
        .to.be.instanceOf(StorageFullError)
        .and.to.include({ cause: levelError });
    });

    it("lets nobody wait for the backlog", async () => {
      const under = new QueueUnderTest({ pendingBytesMax: 10 });
      const appended = rejection(under.append("a|1"));
      expect(under.queue.backlog.full).to.equal(true);
      const drained = under.queue.backlog.drained();
      await rounds();
      under.target.last.fail(new Error("Input/output error"));
      await Promise.all([appended, drained, under.queue.whenSettled()]);
    });

    for (const outcome of ["succeeds", "fails"] as const) {
      it(`takes no notice of the write in flight that ${outcome} after the next batch could not be made`, async () => {
        const under = new QueueUnderTest();
        const errors = [rejection(under.append("a|1", 600))];
        under.target.batch = () => {
          throw new Error("Database is not open");
        };
        errors.push(rejection(under.append("a|2", 600)));
        const [first, second] = await Promise.all(errors);
        expect(first).to.equal(second);
        if (outcome === "succeeds") under.target.last.succeed();
        else under.target.last.fail(new Error("Input/output error"));
        await rounds();
        expect(under.failures).to.deep.equal([first]);
        expect(under.health.failure).to.equal(first);
        expect(under.queue.highestOffset).to.equal(0);
      });
    }

    it("also when the batch could not even be made", async () => {
      const under = new QueueUnderTest();
      under.target.batch = () => {
        throw new Error("Database is not open");
      };
      expect(await rejection(under.append("a|1"))).to.be.instanceOf(StorageFailedError);
      expect(under.failures).to.have.lengthOf(1);
    });
  });
});
