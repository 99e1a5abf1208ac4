/** The queue in front of every actor. */
import { expect } from "chai";
import fc from "fast-check";
import { Mailbox } from "#src/actor/mailbox.js";

function pushAll(mailbox: Mailbox<number>, from: number, to: number): void {
  for (let item = from; item <= to; item++) expect(mailbox.push(item)).to.equal(true);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe("Mailbox", () => {
  it("is empty at first", () => {
    const mailbox = new Mailbox<number>(3);
    expect(mailbox.length).to.equal(0);
    expect(mailbox.shift()).to.equal(undefined);
    expect(mailbox.drain()).to.deep.equal([]);
  });

  it("gives back in the order of the pushes", () => {
    const mailbox = new Mailbox<number>(100);
    pushAll(mailbox, 1, 20);
    expect(mailbox.length).to.equal(20);
    expect(mailbox.shift()).to.equal(1);
    expect(mailbox.shift()).to.equal(2);
    expect(mailbox.length).to.equal(18);
    expect(mailbox.drain()).to.deep.equal(range(3, 20));
  });

  it("keeps the order when its ring wraps around and when it grows while wrapped", () => {
    const mailbox = new Mailbox<number>(1_000);
    pushAll(mailbox, 1, 8);
    for (let item = 1; item <= 5; item++) expect(mailbox.shift()).to.equal(item);
    pushAll(mailbox, 9, 13);
    expect(mailbox.length).to.equal(8);
    pushAll(mailbox, 14, 100);
    expect(mailbox.drain()).to.deep.equal(range(6, 100));
  });

  it("refuses what is beyond its capacity, and takes again when there is room", () => {
    const mailbox = new Mailbox<number>(3);
    pushAll(mailbox, 1, 3);
    expect(mailbox.push(4)).to.equal(false);
    expect(mailbox.length).to.equal(3);
    expect(mailbox.shift()).to.equal(1);
    expect(mailbox.push(5)).to.equal(true);
    expect(mailbox.drain()).to.deep.equal([2, 3, 5]);
  });

  it("takes what must get in, capacity or not", () => {
    const mailbox = new Mailbox<number>(1);
    pushAll(mailbox, 1, 1);
    mailbox.pushAnyway(2);
    mailbox.pushFront(0);
    expect(mailbox.push(3)).to.equal(false);
    expect(mailbox.drain()).to.deep.equal([0, 1, 2]);
  });

  it("puts in front what had a place before, also into an empty queue", () => {
    const mailbox = new Mailbox<number>(100);
    mailbox.pushFront(2);
    mailbox.pushFront(1);
    pushAll(mailbox, 3, 12);
    mailbox.pushFront(0);
    expect(mailbox.drain()).to.deep.equal(range(0, 12));
  });

  it("is as good as new after it was drained", () => {
    const mailbox = new Mailbox<number>(5_000);
    for (const last of [5_000, 3, 1_025]) {
      pushAll(mailbox, 1, last);
      expect(mailbox.drain()).to.deep.equal(range(1, last));
      expect(mailbox.length).to.equal(0);
    }
  });

  it("behaves as an array with a bound, whatever is done to it", () => {
    const operation = fc.oneof(
      { arbitrary: fc.constant("push" as const), weight: 6 },
      { arbitrary: fc.constant("shift" as const), weight: 4 },
      { arbitrary: fc.constantFrom("pushAnyway" as const, "pushFront" as const), weight: 2 },
      { arbitrary: fc.constant("drain" as const), weight: 1 },
    );
    const capacity = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(capacity, fc.array(operation, { maxLength: 200 }), (capacity, operations) => {
        const mailbox = new Mailbox<number>(capacity);
        const model: number[] = [];
        for (const [item, name] of operations.entries()) {
          expect(apply(mailbox, name, item)).to.deep.equal(applyToArray(model, capacity, name, item));
          expect(mailbox.length).to.equal(model.length);
        }
        expect(mailbox.drain()).to.deep.equal(model);
      }),
    );
  });
});

type Operation = "push" | "pushAnyway" | "pushFront" | "shift" | "drain";

function apply(mailbox: Mailbox<number>, operation: Operation, item: number): unknown {
  return mailbox[operation](item);
}

function applyToArray(items: number[], capacity: number, operation: Operation, item: number): unknown {
  switch (operation) {
    case "push":
      if (items.length >= capacity) return false;
      items.push(item);
      return true;
    case "pushAnyway":
      items.push(item);
      return undefined;
    case "pushFront":
      items.unshift(item);
      return undefined;
    case "shift":
      return items.shift();
    case "drain":
      return items.splice(0);
  }
}
