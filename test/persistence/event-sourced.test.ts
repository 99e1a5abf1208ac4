/** Wrong definitions are refused at once, with the name of the option and of the entity type. */
import { expect } from "chai";
import { type EventSourcedOptions, eventSourced } from "rekindle";
import { type Noted, notebook, type Order, type Words } from "../support/notebook.ts";

type Options = EventSourcedOptions<Order, Noted, Words>;

function define(wrong: Record<string, unknown>): () => unknown {
  return () => eventSourced<Order, Noted, Words>({ ...notebook().options, ...wrong } as Options);
}

const wrong: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ["no entity type", { entityType: undefined }, "entityType must be a string, not undefined"],
  ["null as entity type", { entityType: null }, "entityType must be a string, not null"],
  ["an empty entity type", { entityType: "" }, "entityType must not be empty"],
  ["an entity type with half a character", { entityType: "\ud800" }, "entityType is not well-formed Unicode"],
  ["an entity type that is too long", { entityType: "x".repeat(4_097) }, "entityType has 4097 characters"],
  ["an entity type with the separator", { entityType: "a|b" }, 'entityType a|b must not contain "|"'],
  ["no commandHandler", { commandHandler: undefined }, "commandHandler of entity type notebook must be a function"],
  ["no eventHandler", { eventHandler: "reduce" }, "eventHandler of entity type notebook must be a function"],
  ["a tagger of the wrong kind", { tagger: ["red"] }, "tagger of entity type notebook must be a function"],
  ["a signal handler of the wrong kind", { onSignal: {} }, "onSignal of entity type notebook must be a function"],
  ["a persistence id", { persistenceId: "fixed" }, "persistenceId of entity type notebook must be a function"],
  ["a snapshot rule of the wrong kind", { snapshots: 5 }, "snapshots of entity type notebook must be an object"],
  ["a snapshot after no event", { snapshots: { every: 0 } }, "snapshots.every of entity type notebook must be a whole"],
  ["a snapshot after half an event", { snapshots: { every: 0.5 } }, "snapshots.every of entity type notebook"],
  ["no snapshot to keep", { snapshots: { every: 1, keep: 0 } }, "snapshots.keep of entity type notebook"],
  ["a predicate of the wrong kind", { snapshots: { when: true } }, "snapshots.when of entity type notebook must be"],
  ["a recovery of the wrong kind", { recovery: "none" }, "recovery of entity type notebook must be an object"],
  ["an unknown snapshot", { recovery: { fromSnapshot: "newest" } }, "recovery.fromSnapshot of entity type notebook"],
  ["a negative end", { recovery: { toSequenceNr: -1 } }, "recovery.toSequenceNr of entity type notebook"],
  ["an end that is no number", { recovery: { toSequenceNr: Number.NaN } }, "recovery.toSequenceNr of entity type"],
  [
    "an idle time of nothing",
    { passivateAfterMs: 0 },
    "passivateAfterMs of entity type notebook must be a number above 0",
  ],
  ["an idle time as text", { passivateAfterMs: "500" }, "passivateAfterMs of entity type notebook must be a number"],
  ["an idle time that is no number", { passivateAfterMs: Number.NaN }, "passivateAfterMs of entity type notebook"],
  ["a mailbox without room", { mailboxCapacity: 0 }, "mailboxCapacity of entity type notebook must be a whole number"],
  ["a stash without room", { stashCapacity: -1 }, "stashCapacity of entity type notebook must be a whole number"],
  ["an unknown overflow", { stashOverflow: "block" }, 'stashOverflow of entity type notebook must be "drop" or "fail"'],
  ["an unknown supervision", { supervision: "resume" }, "supervision of entity type notebook"],
  ["a negative pause", { supervision: { minBackoffMs: -1 } }, "supervision.minBackoffMs of entity type notebook"],
];

describe("eventSourced", () => {
  for (const [what, options, message] of wrong) {
    it(`refuses ${what}`, () => expect(define(options)).to.throw(TypeError, message));
  }

  it("refuses a definition without an empty state", () => {
    const { emptyState: _, ...options } = notebook().options;
    expect(() => eventSourced(options as Options)).to.throw(TypeError, "emptyState of entity type notebook is missing");
  });

  for (const nothing of [undefined, null, 1, "cart"]) {
    it(`refuses ${String(nothing)} as options`, () =>
      expect(() => eventSourced(nothing as never)).to.throw(TypeError, "eventSourced takes an object of options"));
  }

  it("takes a separator in the entity type when the definition makes its own persistence ids", () => {
    expect(define({ entityType: "a|b", persistenceId: (id: string) => id })).to.not.throw();
  });
});
