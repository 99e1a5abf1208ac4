/** What the journal promises of tags: the events that have one, in the order of all. */
import assert from "node:assert/strict";
import type { AppendRequest } from "../storage/journal.ts";
import { assertEvents } from "./assert-events.ts";
import { collect } from "./collect.ts";
import type { TestRunner } from "./runner.ts";
import { sampleRequest } from "./sample-request.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/** A write whose events have these tags, one list for each event. */
function tagged(persistenceId: string, sequenceNr: number, ...tags: readonly (readonly string[])[]): AppendRequest {
  const request = sampleRequest(persistenceId, sequenceNr, ...tags);
  return { ...request, events: request.events.map((event, index) => ({ ...event, tags: tags[index] ?? [] })) };
}

/** Akka.NET's CurrentEventsByTag, without actors. */
export function tagSuite({ describe, it, beforeEach }: TestRunner, store: StoreUnderTest): void {
  async function offsets(tag: string, fromOffset?: number): Promise<number[]> {
    return (await collect(store.journal.readTag(tag, fromOffset))).map(({ offset }) => offset);
  }

  describe("a journal of tagged events", () => {
    beforeEach(async () => {
      await store.journal.append(tagged("a", 1, [], ["green", "apple"], []));
      await Promise.all([
        store.journal.append(tagged("b", 1, ["black"], ["green"])),
        store.journal.append(tagged("a", 4, ["green", "banana", "green"])),
      ]);
    });

    it("reads the events with a tag in the order of their offsets, each once, as they are read without it", async () => {
      const events = await collect(store.journal.readAll());
      for (const tag of ["green", "apple", "black", "banana"]) {
        const expected = events.filter(({ tags }) => tags.includes(tag));
        assert.ok(expected.length > 0);
        await assertEvents(store.journal.readTag(tag), expected);
      }
    });

    it("reads what comes after an offset, exclusive", async () => {
      const green = await offsets("green");
      assert.equal(green.length, 3);
      for (let fromOffset = 0; fromOffset <= 8; fromOffset++) {
        assert.deepEqual(
          await offsets("green", fromOffset),
          green.filter((offset) => offset > fromOffset),
        );
      }
    });

    it("reads nothing of a tag that no event has, or that only begins like one", async () => {
      for (const tag of ["pink", "gree", "green ", "", "\0", "%"]) assert.deepEqual(await offsets(tag), []);
    });

    it("reads no event that is deleted, and all that are kept", async () => {
      const green = await offsets("green");
      await store.journal.deleteTo("a", 2);
      assert.deepEqual(await offsets("green"), green.slice(1));
      assert.deepEqual(await offsets("apple"), []);
      await store.journal.deleteTo("b", 2);
      await store.journal.deleteTo("a", 4);
      assert.deepEqual(await offsets("green"), []);
      await store.journal.append(tagged("a", 5, ["green"]));
      assert.deepEqual(await offsets("green"), [7]);
    });

    it("tells tags apart that hold separators or look like other records", async () => {
      const names = ["t", "green\0", "green%00", "%", "é", "e\u0301", "x|y", "😀", '"'];
      for (const [index, name] of names.entries()) await store.journal.append(tagged("c", index + 1, [name]));
      for (const [index, name] of names.entries()) assert.deepEqual(await offsets(name), [7 + index]);
    });

    it("reads thousands of events with a tag, among others, without a gap", async () => {
      const pattern = Array.from({ length: 3_000 }, (_, index) => (index % 3 === 0 ? ["many"] : ["few"]));
      for (let first = 0; first < 3_000; first += 500) {
        await store.journal.append(tagged("d", first + 1, ...pattern.slice(first, first + 500)));
      }
      const expected = Array.from({ length: 1_000 }, (_, index) => 7 + 3 * index);
      assert.deepEqual(await offsets("many"), expected);
      assert.deepEqual(
        await offsets("many", 1_500),
        expected.filter((offset) => offset > 1_500),
      );
    });
  });
}
