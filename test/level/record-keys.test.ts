/** The keys: no id is in the way of another one. */
import { expect } from "chai";
import fc from "fast-check";
import { escapeId, frameKey, framesOf, numberKey, numberOf, unescapeId } from "#src/level/records/record-keys.js";
import { added, collect, places, request, StoreFixture } from "./store-fixture.ts";

/** As LevelDB compares. */
function isBefore(left: string, right: string): boolean {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
}

const difficultIds = [
  "a",
  "a|",
  "a|b",
  "a\0",
  "a\0b",
  "a\x01",
  "a%",
  "a%00",
  "a%25",
  "a%2500",
  "%",
  "\n",
  "é",
  "e\u0301",
  "\u{10FFFF}",
  "a\uFFFF",
];

describe("record keys", () => {
  it("give every id back (property)", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (id) => unescapeId(escapeId(id)) === id));
    for (const id of difficultIds) expect(unescapeId(escapeId(id))).to.equal(id);
  });

  it("keep the frames of one id together and apart from those of all others (property)", () => {
    const anyId = fc.oneof(fc.constantFrom(...difficultIds), fc.string({ unit: "binary-ascii" }));
    fc.assert(
      fc.property(anyId, anyId, fc.maxSafeNat(), (id, other, sequenceNr) => {
        const { gte, lt } = framesOf(escapeId(id));
        const key = frameKey(escapeId(other), sequenceNr);
        expect(!isBefore(key, gte) && isBefore(key, lt)).to.equal(id === other);
      }),
    );
  });

  it("sort by number (property)", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (left, right) => {
        expect(isBefore(numberKey(left), numberKey(right))).to.equal(left < right);
        expect(numberOf(`x${numberKey(left)}`)).to.equal(left);
      }),
    );
  });

  const fixture = new StoreFixture();

  it("keep streams apart whose ids look alike, also after a new start", async () => {
    const first = await fixture.open();
    // Streams that are known get into the commit in the order of the calls.
    await Promise.all(difficultIds.map((id) => first.journal.highestSequenceNr(id)));
    await Promise.all(difficultIds.map((id) => first.journal.append(request(id, 1, added(1)))));
    await Promise.all(difficultIds.map((id) => first.journal.append(request(id, 2, added(2)))));
    await first.close();
    const { journal } = await fixture.open();
    for (const [index, id] of difficultIds.entries()) {
      const events = await collect(journal.read(id));
      expect(places(events)).to.deep.equal([`${id}/1@${index + 1}`, `${id}/2@${difficultIds.length + index + 1}`]);
    }
    expect((await collect(journal.persistenceIds())).toSorted()).to.deep.equal(difficultIds.toSorted());
  });
});
