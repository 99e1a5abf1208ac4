/** What a stored event stands for today, step by step from its version. */
import { expect } from "chai";
import { eventAt, UnknownEventTypeError, UpcastFailedError } from "rekindle";
import { EventTypes } from "#src/codec/event-types.js";
import { upcastStepsMax } from "#src/codec/upcasting.js";
import type { Declarations, Told } from "../support/teller.ts";

function types(declarations: Declarations): EventTypes {
  return new EventTypes(declarations, "teller");
}

/** The events of today, each as `type version content`. */
function today(declarations: Declarations, event: Told, version: number): string[] {
  const stored = { persistenceId: "teller|1", sequenceNr: 7, type: event.type, version, payload: event };
  return types(declarations)
    .upcast(stored)
    .map(({ type, version, event }) => {
      const { type: own, ...content } = event as Told;
      expect(own).to.equal(type);
      return `${type} ${version} ${JSON.stringify(content)}`;
    });
}

function failure(declarations: Declarations, event: Told, version = 1): UpcastFailedError {
  try {
    today(declarations, event, version);
  } catch (error) {
    expect(error).to.be.instanceOf(UpcastFailedError);
    return error as UpcastFailedError;
  }
  return expect.fail("it was brought up to date");
}

const priced: Declarations = {
  Added: {
    upcasters: {
      1: (event) => ({ ...event, quantity: 1 }),
      2: (event) => ({ ...event, price: Number(event.quantity) * 5 }),
    },
  },
};

describe("upcasting", () => {
  it("takes the steps from the stored version to the present one", () => {
    expect(today(priced, { type: "Added" }, 1)).to.deep.equal(['Added 3 {"quantity":1,"price":5}']);
    expect(today(priced, { type: "Added", quantity: 4 }, 2)).to.deep.equal(['Added 3 {"quantity":4,"price":20}']);
    expect(today(priced, { type: "Added", price: 9 }, 3)).to.deep.equal(['Added 3 {"price":9}']);
  });

  it("goes on from version 1 of the type that an event was renamed to", () => {
    const declarations: Declarations = {
      ...priced,
      Put: { renamedTo: "Added" },
      Laid: { version: 2, upcasters: { 1: (event) => ({ ...event, laid: true }) }, renamedTo: "Put" },
    };
    expect(today(declarations, { type: "Put" }, 1)).to.deep.equal(['Added 3 {"quantity":1,"price":5}']);
    expect(today(declarations, { type: "Laid" }, 1)).to.deep.equal(['Added 3 {"laid":true,"quantity":1,"price":5}']);
  });

  it("goes on from the version that eventAt names", () => {
    const declarations: Declarations = {
      ...priced,
      Put: { retired: () => eventAt(3, { type: "Added", price: 2 }) },
      Skip: {
        upcasters: {
          1: (event) => eventAt(3, { ...event, skipped: true }),
          2: () => expect.fail("it was not skipped"),
        },
      },
    };
    expect(today(declarations, { type: "Put" }, 1)).to.deep.equal(['Added 3 {"price":2}']);
    expect(today(declarations, { type: "Skip" }, 1)).to.deep.equal(['Skip 3 {"skipped":true}']);
  });

  it("splits an event into several, each of which goes on from there in its place", () => {
    const declarations: Declarations = {
      ...priced,
      Moved: {
        upcasters: {
          1: ({ from, to }) => [
            { type: "Removed", at: from },
            { type: "Moved", to },
            { type: "Added", at: to },
          ],
        },
      },
      Removed: { retired: (event) => [{ ...event, type: "Gone" }, { type: "Noted" }] },
      Gone: {},
      Noted: {},
    };
    expect(today(declarations, { type: "Moved", from: "a", to: "b" }, 1)).to.deep.equal([
      'Gone 1 {"at":"a"}',
      "Noted 1 {}",
      'Moved 2 {"to":"b"}',
      'Added 3 {"at":"b","quantity":1,"price":5}',
    ]);
  });

  it("drops an event for an empty list, for undefined and for null", () => {
    for (const nothing of [[], undefined, null]) {
      expect(today({ Viewed: { retired: () => nothing } }, { type: "Viewed" }, 1)).to.deep.equal([]);
      expect(today({ Viewed: { upcasters: { 1: () => nothing } } }, { type: "Viewed" }, 1)).to.deep.equal([]);
      expect(today({ Viewed: { upcasters: { 1: () => nothing } } }, { type: "Viewed" }, 2)).to.have.length(1);
    }
  });

  for (const [what, declarations, type, version] of [
    ["a type that is not declared", priced, "Removed", 1],
    ["a version that is newer than declared", priced, "Added", 4],
    ["version 0", priced, "Added", 0],
    ["a fraction of a version", priced, "Added", 1.5],
    ["the name of something that every object has", priced, "toString", 1],
    ["version 2 where nothing is declared", undefined, "Added", 2],
  ] as const) {
    it(`refuses ${what}, naming id, number, type and version`, () => {
      const stored = { persistenceId: "teller|1", sequenceNr: 7, type, version, payload: { type } };
      expect(() => new EventTypes(declarations, "teller").upcast(stored))
        .to.throw(UnknownEventTypeError, `Event 7 of "teller|1" is ${type} version ${version}`)
        .that.includes({ persistenceId: "teller|1", sequenceNr: 7, eventType: type, version });
    });
  }

  it("names id, number, type, version and step when an upcaster throws, and keeps what it threw", () => {
    const mistake = new Error("no price.");
    const { upcasters } = priced.Added ?? {};
    const declarations: Declarations = {
      Added: {
        upcasters: {
          ...upcasters,
          2: () => {
            throw mistake;
          },
        },
      },
    };
    const error = failure(declarations, { type: "Added" });
    expect(error).to.include({
      persistenceId: "teller|1",
      sequenceNr: 7,
      eventType: "Added",
      version: 1,
      cause: mistake,
    });
    expect(error.step).to.deep.equal({ type: "Added", version: 2 });
    expect(error.message).to.equal(
      'Event 7 of "teller|1", stored as Added version 1, cannot be brought up to date: the step from Added version 2 failed: no price. Mend that step in `events`; the stored event is unchanged.',
    );
  });

  for (const [what, given, message] of [
    ["a promise", Promise.resolve({ type: "Added" }), "it gave a promise; a step must not be asynchronous"],
    ["a value without a type", 7, "it gave number version 1, which is not declared"],
    [
      "an event of a type that is not declared",
      { type: "Gone" },
      "it gave Gone version 1, which is not declared; declare it in events",
    ],
    [
      "a version beyond the present one",
      eventAt(9, { type: "Added" }),
      "it gave Added version 9, which is not declared",
    ],
    [
      "the version that it was given",
      eventAt(1, { type: "Added" }),
      "it gave Added version 1, which is not later than 1",
    ],
    ["nothing in a list", [undefined], "it gave undefined version 1, which is not declared"],
  ] as const) {
    it(`refuses a step that gives ${what}`, () => {
      const { cause } = failure({ Added: { upcasters: { 1: () => given } } }, { type: "Added" });
      expect((cause as Error).message).to.include(message);
    });
  }

  it("ends a circle of types that become each other", () => {
    const declarations: Declarations = {
      Ebb: { retired: () => ({ type: "Flow" }) },
      Flow: { retired: () => ({ type: "Ebb" }) },
    };
    expect((failure(declarations, { type: "Ebb" }).cause as Error).message).to.include(
      `more than ${upcastStepsMax} steps`,
    );
  });

  it("refuses a version that is none", () => {
    for (const version of [0, -1, 1.5, Number.NaN])
      expect(() => eventAt(version, {})).to.throw(TypeError, "whole number");
  });
});

const step = (event: object): object => event;

describe("declared events", () => {
  for (const [what, declarations, message] of [
    ["no object", 5, "events of entity type teller must be an object"],
    ["a type that is no object", { A: 3 }, "events.A of entity type teller must be an object, not 3"],
    ["version 0", { A: { version: 0 } }, "version must be a whole number from 1, not 0"],
    ["a version as text", { A: { version: "2" } }, "version must be a whole number"],
    [
      "a version without its steps",
      { A: { version: 3, upcasters: { 2: step } } },
      "has no upcaster from version 1, although it is at 3",
    ],
    ["a gap in the steps", { A: { upcasters: { 1: step, 3: step } } }, "has no upcaster from version 2"],
    [
      "a step beyond the version",
      { A: { version: 2, upcasters: { 1: step, 2: step } } },
      "has an upcaster from version 2, but it is at version 2",
    ],
    [
      "a step from no version",
      { A: { version: 2, upcasters: { 1: step, x: step } } },
      "has an upcaster from version NaN",
    ],
    [
      "a step that is no function",
      { A: { upcasters: { 1: "rename" } } },
      "the upcaster from version 1 must be a function",
    ],
    ["steps that are no object", { A: { upcasters: 1 } }, "upcasters must be an object"],
    ["an end that is no function", { A: { retired: true } }, "retired must be a function"],
    ["two ends", { A: { renamedTo: "B", retired: step }, B: {} }, "has both renamedTo and retired"],
    [
      "a new name that is not declared",
      { A: { renamedTo: "B" } },
      "events.A of entity type teller is renamed to B, which is not declared",
    ],
    ["names in a circle", { A: { renamedTo: "B" }, B: { renamedTo: "A" } }, "is renamed in a circle: A, B, A"],
    ["a schema that is none", { A: { schema: { parse: step } } }, "must be a Standard Schema"],
    [
      "a schema of what is not written",
      { A: { retired: step, schema: { "~standard": { validate: step } } } },
      "has a schema, but no event",
    ],
  ] as const) {
    it(`cannot be ${what}`, () => {
      expect(() => new EventTypes(declarations as unknown as object, "teller")).to.throw(TypeError, message);
    });
  }
});
