/** The records that a store consists of, byte for byte: what later versions must still read. */
import { expect } from "chai";
import { recordsIn } from "./raw-store.ts";
import { added, eventTime, request, StoreFixture } from "./store-fixture.ts";

function number(value: number): string {
  return String(value).padStart(16, "0");
}

describe("stored format", () => {
  const fixture = new StoreFixture();

  async function recordsAfter(
    write: (store: Awaited<ReturnType<StoreFixture["open"]>>) => Promise<unknown>,
  ): Promise<Map<string, string>> {
    const store = await fixture.open();
    // A stream that has to be looked up first can miss the commit of its neighbours.
    await Promise.all(["cart|1", "cart|2"].map((id) => store.journal.highestSequenceNr(id)));
    await write(store);
    await store.close();
    return recordsIn(fixture.path("store"));
  }

  it("keeps what one stream stores in one commit in one frame, with a head and a commit record", async () => {
    const records = await recordsAfter(({ journal }) =>
      Promise.all([
        journal.append(request("cart|1", 1, added(1), added(2))),
        journal.append(request("cart|2", 1, added(3))),
        journal.append(request("cart|1", 3, added(4))),
      ]),
    );
    const event = (n: number): string => `[${eventTime},{"type":"Added","n":${n}}]`;
    expect(records.get(`ecart|1\0${number(1)}`)).to.equal(`[1,"cart",0,${event(1)},${event(2)},${event(4)}]`);
    expect(records.get(`ecart|2\0${number(1)}`)).to.equal(`[4,"cart",0,${event(3)}]`);
    expect(records.get("hcart|1")).to.equal("[3,0]");
    expect(records.get("hcart|2")).to.equal("[1,0]");
    expect(records.get(`c${number(1)}`)).to.match(
      /^\{"p":"","at":\d{13},"s":\[\["cart\|1",1,3,\d+,"[\w-]{43}"\],\["cart\|2",1,1,\d+,"[\w-]{43}"\]\],"d":"[0-9a-f]{64}"\}$/,
    );
    expect(records.size).to.equal(5);
  });

  it("names the first offset of a commit in its key, and the frames' checksums in its record", async () => {
    const records = await recordsAfter(async ({ journal }) => {
      await journal.append(request("cart|1", 1, added(1), added(2)));
      await journal.append(request("cart|1", 3, added(3)));
    });
    expect([...records.keys()].filter((key) => key.startsWith("c"))).to.deep.equal([`c${number(1)}`, `c${number(3)}`]);
    expect(records.get(`ecart|1\0${number(3)}`)).to.match(/^\[3,"cart",0,/);
  });

  it("writes the entity id when it does not follow from the persistence id", async () => {
    const records = await recordsAfter(({ journal }) =>
      journal.append({
        persistenceId: "sample-id-1",
        entityType: "Cart",
        entityId: 'a"b',
        sequenceNr: 1,
        events: [added(1)],
      }),
    );
    expect(records.get(`esample-id-1\0${number(1)}`)).to.match(/^\[1,"Cart","a\\"b",\[/);
  });

  it("begins a stream at a later number as if the numbers before it had been deleted", async () => {
    const records = await recordsAfter(({ journal }) =>
      journal.append({ ...request("cart|1", 100, added(1)), expectedSequenceNr: 0 }),
    );
    expect(records.get("hcart|1")).to.equal("[100,99]");
  });

  it("indexes tags once per commit, each event once", async () => {
    const records = await recordsAfter(({ journal }) =>
      Promise.all([
        journal.append(request("cart|1", 1, added(1), added(2, { tags: ["green", "a%\0b"] }))),
        journal.append(request("cart|2", 1, added(3, { tags: ["green", "green"] }))),
      ]),
    );
    expect(records.get(`tgreen\0${number(1)}`)).to.equal('[[2,"cart|1",2],[3,"cart|2",1]]');
    expect(records.get(`ta%25%00b\0${number(1)}`)).to.equal('[[2,"cart|1",2]]');
  });

  it("keeps a snapshot in one record, with the time that was given last beside it", async () => {
    const records = await recordsAfter(async ({ snapshots }) => {
      await snapshots.save({ persistenceId: "cart|1", sequenceNr: 7, schemaVersion: 2, state: '{"a":1}' });
      await snapshots.save({
        persistenceId: "cart|1",
        sequenceNr: 8,
        schemaVersion: 2,
        metadata: '{"b":2}',
        state: "null",
      });
    });
    expect(records.get(`scart|1\0${number(7)}`)).to.match(/^\[\d{13},2,0,\{"a":1\}\]$/);
    expect(records.get(`scart|1\0${number(8)}`)).to.match(/^\[\d{13},2,\{"b":2\},null\]$/);
    expect(records.get("msnapshot-time")).to.match(/^\d{13}$/);
  });
});
