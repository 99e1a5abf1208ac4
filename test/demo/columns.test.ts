/** Columns of a terminal, for letters of every width. */
import { expect } from "chai";
import { count, won } from "#src/demo/amounts.js";
import { clip, columnsOf, left, right, wrap } from "#src/demo/columns.js";

describe("columns of the demo", () => {
  it("count a Hangul syllable as two, composed or not, and a mark on a letter as none", () => {
    expect(columnsOf("바나나")).to.equal(6);
    expect(columnsOf("바나나".normalize("NFD"))).to.equal(6);
    expect(columnsOf("e\u0301")).to.equal(1);
    expect(columnsOf("₩4,500 × …")).to.equal(10);
    expect(columnsOf("🍌漢字")).to.equal(6);
  });

  it("align texts of any width", () => {
    expect(left("우유", 6)).to.equal("우유  ");
    expect(right("우유", 6)).to.equal("  우유");
    expect(left("milk", 6)).to.equal("milk  ");
  });

  it("clip what is too long, also in the middle of a wide letter", () => {
    expect(clip("바나나", 5)).to.equal("바나…");
    expect(left("바나나", 4)).to.equal("바… ");
    expect(clip("banana", 6)).to.equal("banana");
    expect(clip("bananas", 6)).to.equal("banan…");
  });

  it("let nothing through that steers a terminal", () => {
    expect(clip("a\u001b[2Jb\nc\u202ed", 20)).to.equal("a·[2Jb·c·d");
  });

  it("wrap between words", () => {
    expect(wrap("one two three", 7)).to.deep.equal(["one two", "three"]);
    expect(wrap("overlong words", 5)).to.deep.equal(["over…", "words"]);
    expect(wrap("", 5)).to.deep.equal([""]);
  });

  it("show amounts as people write them", () => {
    expect(won(0)).to.equal("₩0");
    expect(won(-0)).to.equal("₩0");
    expect(won(1_234_500)).to.equal("₩1,234,500");
    expect(count(1, "cart")).to.equal("1 cart");
    expect(count(12_000, "cart")).to.equal("12,000 carts");
  });
});
