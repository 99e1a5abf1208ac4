/** Specifications of an aggregate without a system. */
import { AssertionError } from "node:assert";
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { type Command, type EventSourcedDefinition, eventSourced, SerializationError } from "rekindle";
import { given } from "rekindle/testkit";

class CartClosedError extends Error {}

type Summary = { readonly items: number };
type CartCommand =
  | Command<"Add", { readonly sku: string }, Summary>
  | Command<"AddTwice", { readonly sku: string }, Summary>
  | Command<"Checkout", object, Summary>
  | Command<"Summary", object, Summary>
  | Command<"Misc", { readonly how: string }, unknown>;
type CartEvent = { readonly type: "Added"; readonly sku: unknown } | { readonly type: "CheckedOut" };
type Cart = { readonly skus: readonly unknown[]; readonly closed: boolean };

const ran: string[] = [];

const cart: EventSourcedDefinition<CartCommand, CartEvent, Cart> = eventSourced<CartCommand, CartEvent, Cart>({
  entityType: "cart",
  emptyState: { skus: [], closed: false },
  commandHandler(state, command, context) {
    const { effect } = context;
    const added = (sku: unknown): CartEvent => ({ type: "Added", sku });
    const summary = ({ skus }: Cart): Summary => ({ items: skus.length });
    switch (command.type) {
      case "Add":
        if (state.closed) return effect.reject(command, new CartClosedError("closed"));
        return effect
          .persist(added(command.sku))
          .thenRun(() => ran.push(command.sku))
          .thenReply(command, summary);
      case "AddTwice":
        return effect
          .persist([added(command.sku), added(command.sku)])
          .thenSnapshot()
          .thenReply(command, summary);
      case "Checkout":
        return effect.persist({ type: "CheckedOut" }).thenReply(command, summary).thenStop();
      case "Summary":
        return effect.reply(command, summary(state));
      case "Misc":
        switch (command.how) {
          case "unhandled":
            return effect.unhandled();
          case "none":
            return effect.none();
          case "stash":
            return effect.stash();
          case "throw":
            throw new Error("boom");
          case "promise":
            return Promise.resolve(effect.none());
          case "rejected promise":
            return Promise.reject(new Error("boom"));
          case "store a function":
            return effect.persist(added(() => {}));
          case "reply a Map":
            return effect.persist(added("x")).thenReply(command, () => new Map());
          case "context": {
            const { persistenceId, entityId, sequenceNr, metadata } = context;
            return effect.reply(command, { persistenceId, entityId, sequenceNr, metadata });
          }
          case "log and timers":
            context.log.info("nobody reads this");
            context.timers.startSingleTimer("later", { type: "Summary" }, 10);
            return effect.reply(command, context.timers.isTimerActive("later"));
          case "self":
            return effect.reply(command, context.self.path);
          case "system":
            return effect.reply(command, context.system.name);
        }
    }
    return undefined as never;
  },
  eventHandler(state, event, { sequenceNr, replaying }) {
    if (event.type === "CheckedOut") return { ...state, closed: true };
    return { ...state, skus: [...state.skus, replaying ? `${event.sku} (${sequenceNr})` : event.sku] };
  },
});

const apple: CartEvent = { type: "Added", sku: "apple" };

function misc(how: string): CartCommand {
  return { type: "Misc", how };
}

describe("given().when()", () => {
  it("209: shows the events, the state and the reply of a command", () => {
    const outcome = given(cart).when({ type: "Add", sku: "pear" });
    expect(outcome).to.deep.equal({
      events: [{ type: "Added", sku: "pear" }],
      state: { skus: ["pear"], closed: false },
      reply: { items: 1 },
      rejection: undefined,
    });
    expect(outcome.replied).to.equal(true);
  });

  it("215: begins from a state as well as from events", () => {
    const state = { skus: ["apple"], closed: false };
    const { reply, restart } = given(cart, { state, sequenceNr: 7 }).when({ type: "Add", sku: "pear" });
    expect(reply).to.deep.equal({ items: 2 });
    expect(given(cart, { state, sequenceNr: 7 }).when(misc("context")).reply).to.deep.include({ sequenceNr: 7 });
    expect(restart).to.throw(AssertionError);
  });

  it("212: recovers what would be on disk, and finds out an event handler that is not pure", () => {
    const pure = eventSourced({ ...cart.options, eventHandler: (state: Cart) => ({ ...state, closed: true }) });
    expect(given(pure).when({ type: "Checkout" }).restart()).to.deep.equal({ skus: [], closed: true });
    const { restart } = given(cart, [apple]).when({ type: "Add", sku: "pear" });
    expect(restart).to.throw(AssertionError, "is the event handler pure?");
  });

  it("211: hands a command over as it is, so that a handler can be tried with hostile ones", () => {
    const command = { type: "Add", sku: () => {} } as never;
    expect(given(cart).when(command).rejection).to.be.instanceOf(SerializationError);
  });

  it("209, 215: decides on the state that the given events lead to, which it replays with their numbers", () => {
    const { events, state, reply } = given(cart, [apple, apple]).when({ type: "AddTwice", sku: "pear" });
    expect(events).to.deep.equal([
      { type: "Added", sku: "pear" },
      { type: "Added", sku: "pear" },
    ]);
    expect(state.skus).to.deep.equal(["apple (1)", "apple (2)", "pear", "pear"]);
    expect(reply).to.deep.equal({ items: 4 });
  });

  it("214: begins from the same events again at every call", () => {
    const one = given(cart, [apple]);
    expect(one.when({ type: "Add", sku: "pear" }).reply).to.deep.equal({ items: 2 });
    expect(one.when({ type: "Add", sku: "plum" }).state.skus).to.deep.equal(["apple (1)", "plum"]);
    expect(one.when({ type: "Summary" })).to.deep.include({ events: [], reply: { items: 1 } });
  });

  it("shows the very error of a rejection, and stores nothing", () => {
    const { events, state, reply, rejection } = given(cart, [{ type: "CheckedOut" }]).when({ type: "Add", sku: "x" });
    expect(rejection).to.be.instanceOf(CartClosedError);
    expect([events, reply, state.closed]).to.deep.equal([[], undefined, true]);
  });

  it("shows what is unhandled as a rejection, said or fallen through", () => {
    for (const how of ["unhandled", "of no kind that the handler knows"]) {
      const { rejection, events } = given(cart, [], { entityId: "7" }).when(misc(how));
      expect(rejection).to.include({ code: "UNHANDLED_COMMAND", path: "given://cart/7", commandType: "Misc" });
      expect(events).to.deep.equal([]);
    }
  });

  it("210: shows neither reply nor rejection for an effect that has none", () => {
    for (const how of ["none", "stash"]) {
      const nothing = { events: [], reply: undefined, replied: false, rejection: undefined };
      expect(given(cart).when(misc(how))).to.deep.include(nothing);
    }
  });

  it("211: proves that events and replies are plain JSON: a SerializationError, and nothing stored", () => {
    for (const [how, what] of [
      ["store a function", "event Added"],
      ["reply a Map", "reply to Misc"],
    ] as const) {
      const { rejection, events, state } = given(cart).when(misc(how));
      expect(rejection).to.be.instanceOf(SerializationError);
      expect(rejection).to.include({ what, persistenceId: "cart|given" });
      expect([events, state.skus]).to.deep.equal([[], []]);
    }
  });

  it("213: throws what a handler throws, of the given events too", () => {
    const failing = eventSourced({
      ...cart.options,
      eventHandler: () => {
        throw new Error("cannot apply");
      },
    });
    expect(() => given(cart).when(misc("throw"))).to.throw("boom");
    expect(() => given(failing).when({ type: "Add", sku: "x" })).to.throw("cannot apply");
    expect(() => given(failing, [apple]).when({ type: "Summary" })).to.throw("cannot apply");
  });

  it("refuses a handler that returns a promise, and leaves no rejection unhandled", async () => {
    for (const how of ["promise", "rejected promise"]) {
      expect(() => given(cart).when(misc(how))).to.throw(TypeError, "returned a promise; try it in an ActorSystem");
    }
    await turn();
  });

  it("does not run what is to be run after the write", () => {
    given(cart).when({ type: "Add", sku: "pear" });
    expect(ran).to.deep.equal([]);
  });

  it("tells the handler who it is, what came before, and what came along", () => {
    const specification = given(cart, [apple, apple], { entityId: "42" });
    expect(specification.when(misc("context"), { metadata: { user: "ada" } }).reply).to.deep.equal({
      persistenceId: "cart|42",
      entityId: "42",
      sequenceNr: 2,
      metadata: { user: "ada" },
    });
    expect(given(cart).when(misc("context")).reply).to.deep.include({ entityId: "given", sequenceNr: 0, metadata: {} });
  });

  it("gives the handler a log and timers that do nothing", () => {
    expect(given(cart).when(misc("log and timers")).reply).to.equal(true);
  });

  for (const what of ["self", "system"]) {
    it(`refuses the handler its ${what}: there is none`, () => {
      expect(() => given(cart).when(misc(what))).to.throw(TypeError, `given().when() has no ${what}`);
    });
  }

  it("refuses an entity id that is none", () => {
    expect(() => given(cart, [], { entityId: "" }).when({ type: "Summary" })).to.throw(TypeError, "entityId of cart");
  });
});
