/** The high-water mark: written in turn, never ahead of what is durable, and believed only when it is intact. */
import { readFileSync } from "node:fs";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { ManualClock } from "rekindle/testkit";
import { StorageCorruptedError } from "#src/errors.js";
import { MarkKeeper } from "#src/level/commit/mark-keeper.js";
import { readMark, type StoredMark, slotOf } from "#src/level/files/high-water-mark.js";
import { eventually } from "../support/waiting.ts";
import { added, rejection, request, StoreFixture } from "./store-fixture.ts";

describe("the high-water mark", () => {
  const fixture = new StoreFixture();

  const file = (): string => fixture.path("store", "high-water.mark");
  const mark = (): Promise<StoredMark> => readMark({ folder: fixture.path("store"), location: "the store" });

  async function append(count: number, strictTail = false): Promise<void> {
    const { journal } = await fixture.open({ strictTail });
    for (let n = 1; n <= count; n++) await journal.append(request("cart|1", n, added(n)));
  }

  async function closedStore(): Promise<void> {
    const { journal, close } = await fixture.open();
    await journal.append(request("cart|1", 1, added(1), added(2)));
    await close();
  }

  async function damageSlot(slot: number): Promise<void> {
    const bytes = await readFile(file());
    bytes.writeUInt8(bytes.readUInt8(slot * 4_096 + 12) ^ 1, slot * 4_096 + 12);
    await writeFile(file(), bytes);
  }

  it("tells in both slots how far the history goes, once the store is closed", async () => {
    await closedStore();
    expect(await mark()).to.include({ ordinal: 2, damagedSlot: undefined });
    for (const slot of [0, 1]) {
      const bytes = await readFile(file());
      expect(bytes.toString("latin1", slot * 4_096, slot * 4_096 + 100)).to.match(
        /^[0-9a-f]{8} \{"generation":\d+,"ordinal":2,/,
      );
    }
  });

  it("follows the commits without being waited for: it is behind at most, and by fewer than a hundred", async () => {
    await append(140);
    expect((await mark()).ordinal).to.be.within(41, 140);
  });

  it("is not behind any acknowledged commit with strictTail", async () => {
    await append(7, true);
    expect((await mark()).ordinal).to.equal(7);
  });

  it("is used when one slot is damaged, with a warning; both are new then", async () => {
    await closedStore();
    for (const slot of [0, 1]) {
      await damageSlot(slot);
      fixture.warnings.length = 0;
      const { journal, close } = await fixture.open();
      expect(journal.highestOffset()).to.equal(2);
      await close();
      expect(fixture.warnings).to.have.length(1).and.to.match(/slot/);
      expect((await mark()).damagedSlot).to.equal(undefined);
    }
  });

  it("is not done without: a store is refused when both slots are damaged, or the file is gone", async () => {
    await closedStore();
    await copyFile(file(), fixture.path("copy"));
    await damageSlot(0);
    await damageSlot(1);
    const error = await rejection(fixture.open());
    expect(error).to.be.instanceOf(StorageCorruptedError).and.to.include({ where: "high-water.mark" });
    await rm(file());
    expect(await rejection(fixture.open())).to.include({ where: "high-water.mark" });
    await copyFile(fixture.path("copy"), file());
    expect((await fixture.open()).journal.highestOffset()).to.equal(2);
  });

  it("keeps a store from being opened that ends before it", async () => {
    await closedStore();
    const { generation, log, bytes } = await mark();
    const ahead = Buffer.concat([slotOf({ ordinal: 3, log, bytes }, generation), Buffer.alloc(8_192)]);
    await writeFile(file(), ahead.subarray(0, 8_192));
    expect(await rejection(fixture.open())).to.include({ where: "the commit at offset 3" });
  });

  it("is written a second after the last commit, and leaves no timer behind", async () => {
    const clock = new ManualClock();
    const folder = fixture.path();
    const keeper = await MarkKeeper.start(folder, clock, { ordinal: 0, log: 1, bytes: 0 }, 0);
    const place = { folder, location: "the store" };
    for (const ordinal of [1, 2, 3]) keeper.advance({ ordinal, log: 1, bytes: ordinal * 10 });
    expect((await readMark(place)).ordinal).to.equal(0);
    await clock.advance(1_000);
    const stored = (): string => readFileSync(join(folder, "high-water.mark"), "latin1");
    await eventually("the mark is written", () => stored().includes('"ordinal":3'));
    expect(await readMark(place)).to.include({ ordinal: 3, bytes: 30 });
    keeper.advance({ ordinal: 4, log: 1, bytes: 40 });
    await keeper.close();
    expect((await readMark(place)).ordinal).to.equal(4);
    await clock.advance(10_000);
  });
});
