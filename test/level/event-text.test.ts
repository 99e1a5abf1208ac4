/** How an event becomes text, and comes back from it. */
import { expect } from "chai";
import fc from "fast-check";
import { writeEvent } from "#src/level/records/event-text.js";
import { Frame } from "#src/level/records/frame.js";
import { RecordBytes } from "#src/level/records/record-bytes.js";
import { type EventRecord, noMetadata, type StoredEvent } from "#src/storage/stored-event.js";
import { frameKeyOf, rawValue } from "./raw-store.ts";
import { added } from "./store-fixture.ts";

function textOf(event: EventRecord): string {
  const record = new RecordBytes(16);
  writeEvent(event, record);
  return record.textBytes.toString();
}

function backFrom(text: string): StoredEvent | undefined {
  const key = frameKeyOf("cart|1", 1);
  const frame = new Frame({ location: "here", persistenceId: "cart|1" }, key, rawValue(key, `[1,"cart",0,${text}]`));
  return frame.events(1, 1)[0];
}

describe("the text of an event", () => {
  it("is time and payload when nothing is out of the ordinary", () => {
    expect(textOf(added(1))).to.equal('[1700000000000,{"type":"Added","n":1}]');
    expect(textOf(added(1, { payload: '{"type":"Added"}' }))).to.equal('[1700000000000,{"type":"Added"}]');
  });

  const untold = [
    ["is not the first member", "Added", '{"n":1,"type":"Added"}'],
    ["is missing", "Added", '{"n":1}'],
    ["is another one", "Added", '{"type":"Removed"}'],
    ["is the beginning of the payload's", "Add", '{"type":"Added"}'],
    ["begins with the payload's", "Added", '{"type":"Add"}'],
    ["looks the same but for a quotation mark", 'a","x":"b', '{"type":"a","x":"b","y":1}'],
    ["looks the same but for a backslash", "a\\n", '{"type":"a\\n"}'],
    ["is of a payload that is no object", "Added", '"Added"'],
    ["is of an empty payload", "Added", "{}"],
  ] as const;
  for (const [why, type, payload] of untold) {
    it(`has the type of its own when it ${why}`, () => {
      const text = textOf(added(1, { type, payload }));
      expect(text).to.equal(`[1700000000000,${payload},{"t":${JSON.stringify(type)}}]`);
      expect(backFrom(text)).to.include({ type });
    });
  }

  it("has version, tags, metadata and receipt only when they say something", () => {
    expect(textOf(added(1, { version: 2 }))).to.match(/,\{"v":2\}\]$/);
    expect(textOf(added(1, { tags: ["a"] }))).to.match(/,\{"g":\["a"\]\}\]$/);
    expect(textOf(added(1, { receipt: '{"id":"c-1"}' }))).to.match(/,\{"r":\{"id":"c-1"\}\}\]$/);
    expect(textOf(added(1, { metadata: '{"by":"me"}' }))).to.match(/,\{"m":\{"by":"me"\}\}\]$/);
  });

  it("keeps times that are no ordinary ones", () => {
    for (const timestamp of [0, 1, 999_999_999, 1_000_000_000, 1.5, -3, Number.MAX_SAFE_INTEGER, 1e21]) {
      expect(backFrom(textOf(added(1, { timestamp })))).to.include({ timestamp });
    }
  });

  it("comes back as it was, whatever the event (property)", () => {
    const anyText = fc.string({ unit: "grapheme" });
    const anyEvent = fc.record({
      type: anyText,
      version: fc.integer({ min: 1 }),
      timestamp: fc.nat(),
      tags: fc.array(anyText),
      metadata: fc.option(fc.dictionary(anyText, fc.jsonValue()), { nil: undefined }),
      receipt: fc.option(fc.record({ id: anyText, reply: fc.jsonValue() }), { nil: undefined }),
      payload: fc.oneof(fc.jsonValue(), fc.record({ type: anyText, value: fc.jsonValue() })),
    });
    fc.assert(
      fc.property(anyEvent, ({ metadata, payload, receipt, ...rest }) => {
        const texts = {
          payload: JSON.stringify(payload),
          metadata: metadata && JSON.stringify(metadata),
          receipt: receipt && JSON.stringify(receipt),
        };
        const back = backFrom(textOf({ ...rest, ...texts }));
        expect(back).to.deep.include(rest);
        expect(JSON.stringify(back?.payload)).to.equal(JSON.stringify(JSON.parse(texts.payload)));
        expect(JSON.stringify(back?.receipt)).to.equal(texts.receipt && JSON.stringify(JSON.parse(texts.receipt)));
        expect(back?.metadata).to.deep.equal(texts.metadata ? JSON.parse(texts.metadata) : noMetadata);
      }),
    );
  });
});

describe("the bytes of a record", () => {
  it("grow with the text, and hold any script", () => {
    const record = new RecordBytes(8);
    for (let round = 0; round < 2; round++) {
      record.clear();
      record.text("장바구니 \u{10FFFF} é");
      record.character(44);
      record.number(1_700_000_000_123);
      expect(record.textBytes.toString()).to.equal("장바구니 \u{10FFFF} é,1700000000123");
      expect(record.value).to.have.lengthOf(record.textBytes.length + 4);
    }
  });

  it("hold texts that take as much room as there is, and more", () => {
    const record = new RecordBytes(1_000);
    for (const text of ["x".repeat(1_500), "가".repeat(1_500), "é".repeat(40), "y".repeat(50_000)]) {
      record.clear();
      for (let round = 0; round < 3; round++) record.text(text);
      expect(record.textBytes.toString()).to.equal(text.repeat(3));
    }
  });

  it("keep the memory of a large record for the next, and give it back after many small ones, or when it is huge", () => {
    const record = new RecordBytes(1_000);
    const memoryAfter = (text: string): ArrayBufferLike => {
      record.clear();
      record.text(text);
      return record.value.buffer;
    };
    const lasting = memoryAfter("small");
    const large = memoryAfter("x".repeat(5_000));
    expect(large).to.not.equal(lasting);
    for (let rest = 1_000; rest > 0; rest--) expect(memoryAfter("small")).to.equal(large);
    expect(memoryAfter("x".repeat(5_000))).to.equal(large);
    for (let rest = 1_001; rest > 0; rest--) expect(memoryAfter("small")).to.equal(large);
    expect(memoryAfter("small")).to.equal(lasting);
    memoryAfter("x".repeat(20_000_000));
    expect(memoryAfter("small")).to.equal(lasting);
  });

  it("spell every number like JSON (property)", () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })), (number) => {
        const record = new RecordBytes(8);
        record.number(number);
        expect(record.textBytes.toString()).to.equal(JSON.stringify(number));
      }),
    );
  });
});
