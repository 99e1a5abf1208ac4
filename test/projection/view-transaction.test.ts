/** What a handler sees of its view within one transaction, and what two transactions do to each other. */
import { expect } from "chai";
import fc from "fast-check";
import { memoryStorage } from "rekindle/memory";
import { systemClock } from "#src/clock.js";
import { EntryCache } from "#src/projection/entry-cache.js";
import { TransactionConflicts } from "#src/projection/transaction-conflicts.js";
import { BufferedTransaction } from "#src/projection/view-transaction.js";
import type { ViewRange, ViewStore } from "#src/storage/view-store.js";
import { deferred, rejection } from "../support/waiting.ts";

const version = { name: "v", generation: 1 };

async function storeWith(entries: Readonly<Record<string, number>>): Promise<ViewStore> {
  const { views } = await memoryStorage().open({ clock: systemClock, onFailure: () => undefined });
  if (!views) throw new Error("the storage in memory keeps views");
  await views.begin("v", [0]);
  const changes = Object.entries(entries).map(([key, n]) => ({ key, text: String(n) }));
  await views.commit({ ...version, slice: 0, expectedOffset: 0, offset: 1, changes });
  return views;
}

async function collected(transaction: BufferedTransaction, range?: ViewRange): Promise<[string, unknown][]> {
  const found: [string, unknown][] = [];
  for await (const [key, value] of transaction.entries(range)) found.push([key, value]);
  return found;
}

describe("a transaction of a view", () => {
  it("sees its own changes among the stored entries, in every range, as if they were stored", async () => {
    const key = fc.constantFrom(..."abcdefgh");
    const bound = fc.option(key, { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(key, fc.nat(9)),
        fc.array(fc.tuple(key, fc.option(fc.nat(9), { nil: undefined })), { maxLength: 8 }),
        fc.record({ gte: bound, gt: bound, lte: bound, lt: bound, reverse: fc.boolean(), limit: fc.nat(6) }),
        async (stored, changes, range) => {
          const transaction = new BufferedTransaction(await storeWith(stored), version);
          const model = new Map(Object.entries(stored));
          for (const [at, n] of changes) {
            if (n === undefined) transaction.delete(at);
            else transaction.put(at, n);
            if (n === undefined) model.delete(at);
            else model.set(at, n);
          }
          const { gte = "", gt = "", lte = "z", lt = "z" } = range;
          const within = [...model].filter(([at]) => at >= gte && at > gt && at <= lte && at < lt).sort();
          if (range.reverse) within.reverse();
          expect(await collected(transaction, range)).to.deep.equal(within.slice(0, range.limit));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("hands out copies, and keeps what was put as it was then", async () => {
    const transaction = new BufferedTransaction(await storeWith({}), version);
    const value = { list: [1] };
    transaction.put("a", value);
    value.list.push(2);
    (await transaction.get<typeof value>("a"))?.list.push(3);
    expect(await transaction.get("a")).to.deep.equal({ list: [1] });
    await transaction.update("a", () => undefined);
    expect(transaction.changes).to.deep.equal([{ key: "a" }]);
  });

  it("refuses keys and values that could not be stored, and hides the library's own", async () => {
    const transaction = new BufferedTransaction(await storeWith({ "\u0001own": 1, mine: 2 }), version);
    for (const wrong of ["", "a\0", "\ud800", "\u0001own", "x".repeat(5_000)]) {
      expect(() => transaction.put(wrong, 1)).to.throw(TypeError);
      expect(await rejection(transaction.get(wrong))).to.be.instanceOf(TypeError);
    }
    expect(() => transaction.put("a", new Date())).to.throw("cannot be stored as JSON");
    expect(await collected(transaction, { gt: "\u0001" })).to.deep.equal([["mine", 2]]);
  });

  it("reads nothing again that it has stored, and never what was forgotten", async () => {
    const cache = new EntryCache();
    const store = await storeWith({ a: 1 });
    const read = async (key: string): Promise<unknown> => {
      const transaction = new BufferedTransaction(store, version, undefined, cache);
      const value = await transaction.get(key);
      cache.absorb(transaction.texts);
      return value;
    };
    expect(await read("a")).to.equal(1);
    await store.commit({ ...version, slice: 0, expectedOffset: 1, offset: 2, changes: [{ key: "a", text: "2" }] });
    expect(await read("a"), "remembered").to.equal(1);
    cache.clear();
    expect(await read("a")).to.equal(2);
    cache.begin();
    expect(await read("b")).to.equal(undefined);
    cache.absorb(new Map([["long", "x".repeat(5_000)]]));
    expect(cache.has("other"), "one was left out, so it is not complete").to.equal(false);
  });
});

describe("transactions of two slices", () => {
  it("begin anew when the other has changed what they read, and only then", async () => {
    const conflicts = new TransactionConflicts();
    const [one, other, third] = [conflicts.begin(), conflicts.begin(), conflicts.begin()];
    one.readKey("a");
    other.readKey("a");
    third.readRange({ gte: "b" });
    const store = (): Promise<void> => Promise.resolve();
    expect(await conflicts.commit(one, [{ key: "a", text: "1" }], store)).to.equal(true);
    expect(await conflicts.commit(other, [{ key: "c", text: "1" }], store)).to.equal(false);
    expect(await conflicts.commit(third, [{ key: "a", text: "2" }], store)).to.equal(true);
  });

  it("see each other while a commit is on its way", async () => {
    const conflicts = new TransactionConflicts();
    const [one, other] = [conflicts.begin(), conflicts.begin()];
    const written = deferred();
    const first = conflicts.commit(one, [{ key: "a", text: "1" }], () => written.promise);
    other.readRange({ lt: "b" });
    const second = conflicts.commit(other, [], () => Promise.resolve());
    written.resolve();
    expect(await Promise.all([first, second])).to.deep.equal([true, false]);
  });
});
