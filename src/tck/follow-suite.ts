/** What the journal promises those who follow it: every commit once, in order, from the call on. */
import assert from "node:assert/strict";
import type { DurableCommit } from "../storage/journal.ts";
import type { StoredEvent } from "../storage/stored-event.ts";
import { assertEvents } from "./assert-events.ts";
import { collect } from "./collect.ts";
import type { TestRunner } from "./runner.ts";
import { sampleRequest } from "./sample-request.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** A follower that notes what it is told. */
class Follower {
  readonly events: StoredEvent[] = [];
  readonly commits: DurableCommit[] = [];
  readonly fromOffset: number;
  readonly leave: () => void;

  constructor(store: StoreUnderTest) {
    this.fromOffset = store.journal.highestOffset();
    this.leave = store.journal.follow((commit) => {
      this.commits.push(commit);
      for (const event of commit.events ?? []) this.events.push(event);
    });
  }
}

async function* oneBatch<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  yield items;
}

/** Everything about {@link Journal.follow} but outages. */
export function followSuite({ describe, it }: TestRunner, store: StoreUnderTest): void {
  describe("following", () => {
    it("tells, after the call, every event as it is read, in the order of the offsets", async () => {
      await store.journal.append(sampleRequest("p-1", 1, "before"));
      const follower = new Follower(store);
      assert.equal(follower.commits.length, 0);
      await Promise.all([
        store.journal.append(sampleRequest("p-1", 2, "a", { b: [1.5, null, "é😀"] })),
        store.journal.append({ ...sampleRequest("p-2", 4712, "c"), expectedSequenceNr: 0 }),
        store.journal.append(sampleRequest("p-1", 4, "d")),
      ]);
      const plain = sampleRequest("p-3", 1, "e");
      const metadata = '{"user":"ada"}';
      const events = plain.events.map((event) => ({ ...event, tags: [], type: 'odd "type"', version: 7, metadata }));
      await store.journal.append({ ...plain, entityId: "elsewhere", events });
      await assertEvents(oneBatch(follower.events), await collect(store.journal.readAll(1)));
      assert.equal(follower.events.length, 5);
      assert.equal(follower.commits.at(-1)?.highestOffset, 6);
    });

    it("has told of an event when its append has resolved, and not before it can be read", async () => {
      const follower = new Follower(store);
      const readable: Promise<boolean>[] = [];
      const heights: [stored: number, told: number][] = [];
      const leave = store.journal.follow(({ highestOffset }) => {
        heights.push([store.journal.highestOffset(), highestOffset]);
        readable.push(collect(store.journal.readAll()).then((all) => all.length >= highestOffset));
      });
      for (let sequenceNr = 1; sequenceNr <= 5; sequenceNr++) {
        const offset = await store.journal.append(sampleRequest("p-1", sequenceNr, sequenceNr));
        assert.equal(follower.events.at(-1)?.offset, offset);
      }
      leave();
      assert.deepEqual(await Promise.all(readable), [true, true, true, true, true]);
      for (const [stored, told] of heights) assert.equal(told, stored);
    });

    it("tells nothing of what is refused or deleted", async () => {
      const follower = new Follower(store);
      await store.journal.append(sampleRequest("p-1", 1, "a"));
      await assert.rejects(store.journal.append(sampleRequest("p-1", 9, "x")));
      await store.journal.deleteTo("p-1", 1);
      await store.journal.append(sampleRequest("p-1", 2, "b"));
      assert.deepEqual(
        follower.events.map(({ sequenceNr }) => sequenceNr),
        [1, 2],
      );
    });

    it("gives all followers the same objects, each until it leaves", async () => {
      const first = new Follower(store);
      const second = new Follower(store);
      await store.journal.append(sampleRequest("p-1", 1, "a"));
      first.leave();
      first.leave();
      await store.journal.append(sampleRequest("p-1", 2, "b"));
      assert.equal(first.events.length, 1);
      assert.equal(second.events.length, 2);
      assert.equal(first.events[0], second.events[0]);
      second.leave();
      await store.journal.append(sampleRequest("p-1", 3, "c"));
      assert.equal(second.events.length, 2);
    });

    it("goes on, with what was read before, to the whole history, whenever it begins", async () => {
      const written = 400;
      const writing = Array.from({ length: written }, async (_, index) => {
        for (let turn = 0; turn < index % 7; turn++) await new Promise((resolve) => setImmediate(resolve));
        await store.journal.append(sampleRequest(`p-${index}`, 1, index));
      });
      const followers: [Follower, Promise<StoredEvent[]>][] = [];
      while (store.journal.highestOffset() < written) {
        const follower = new Follower(store);
        followers.push([follower, collect(store.journal.readAll())]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(writing);
      for (const [{ fromOffset, events }, before] of followers) {
        const offsets = [...(await before).slice(0, fromOffset), ...events].map(({ offset }) => offset);
        assert.deepEqual(
          offsets,
          Array.from({ length: written }, (_, index) => index + 1),
        );
      }
    });
  });
}
