/** What an actor may be made of. */
import { expect } from "chai";
import { type ActorOptions, actor } from "rekindle";

const receive = (state: number): number => state;

describe("actor()", () => {
  it("takes the least", () => {
    expect(actor({ initialState: 0, receive })).to.deep.equal({ kind: "actor", options: { initialState: 0, receive } });
  });

  for (const [what, options] of [
    ["nothing", undefined],
    ["null", null],
    ["no receive", { initialState: 0 }],
    ["a receive that is no function", { initialState: 0, receive: "x" }],
    ["an empty mailbox", { initialState: 0, receive, mailboxCapacity: 0 }],
    ["half a message of mailbox", { initialState: 0, receive, mailboxCapacity: 1.5 }],
    ["a mailbox without end", { initialState: 0, receive, mailboxCapacity: Number.POSITIVE_INFINITY }],
    ["an onStop that is no function", { initialState: 0, receive, onStop: "x" }],
  ] as const) {
    it(`refuses ${what} with a TypeError that says what is wrong`, () => {
      expect(() => actor(options as unknown as ActorOptions<unknown, number>)).to.throw(TypeError, /must be/);
    });
  }
});
