/** Commands and events are held against the schemas that the definition names, before anything is decided or stored. */
import { expect } from "chai";
import {
  ActorFailedError,
  type Command,
  type EventSourcedDefinition,
  type EventSourcedOptions,
  eventSourced,
  PersistRejectedError,
  type StandardSchemaV1,
  ValidationError,
} from "rekindle";
import { given, TestProbe } from "rekindle/testkit";
import * as z from "zod";
import { historyOf, startSystem } from "../support/start-system.ts";
import { deferred, eventually, rejection } from "../support/waiting.ts";

type BasketCommand =
  | Command<"Add", { sku: string; quantity: number }, number>
  | Command<"Later", { sku: string }, number>
  | Command<"Open">
  | Command<"Count", object, number>;
type BasketEvent = { type: "Added"; sku: string; quantity: number } | { type: "Opened" };
interface BasketState {
  readonly count: number;
  readonly open: boolean;
}
type BasketOptions = Partial<EventSourcedOptions<BasketCommand, BasketEvent, BasketState>>;

const line = z.object({ sku: z.string().trim().min(1), quantity: z.number().int().positive() });

function basket(
  options: BasketOptions,
  seen: unknown[] = [],
): EventSourcedDefinition<BasketCommand, BasketEvent, BasketState> {
  return eventSourced<BasketCommand, BasketEvent, BasketState>({
    entityType: "basket",
    emptyState: { count: 0, open: true },
    commandHandler(state, command, { effect }) {
      seen.push(command);
      switch (command.type) {
        case "Add":
          return effect
            .persist({ type: "Added", sku: command.sku, quantity: command.quantity })
            .thenReply(command, ({ count }) => count);
        case "Later":
          return state.open ? effect.reply(command, state.count) : effect.stash();
        case "Open":
          return effect.persist({ type: "Opened" }).thenUnstashAll();
        case "Count":
          return effect.reply(command, state.count);
      }
    },
    eventHandler: (state, event) =>
      event.type === "Added" ? { ...state, count: state.count + event.quantity } : { ...state, open: true },
    supervision: { minBackoffMs: 1, maxBackoffMs: 1, jitter: 0 },
    ...options,
  });
}

const add = { type: "Add", sku: "a", quantity: 1 } as const;

describe("a command with a schema", () => {
  it("is refused with every issue and its path; nothing is stored and no handler is called", async () => {
    const seen: unknown[] = [];
    const system = await startSystem();
    const ref = system.entityRef(basket({ commands: { Add: line } }, seen), "1");
    const error = await rejection(ref.ask({ type: "Add", sku: " ", quantity: 0.5 }));
    expect(error).to.be.instanceOf(ValidationError).and.instanceOf(PersistRejectedError);
    const { code, kind, type, persistenceId, issues, message } = error as ValidationError;
    expect({ code, kind, type, persistenceId }).to.deep.equal({
      code: "VALIDATION",
      kind: "command",
      type: "Add",
      persistenceId: "basket|1",
    });
    expect(issues.map(({ path }) => path)).to.deep.equal([["sku"], ["quantity"]]);
    expect(message).to.match(
      /^The command Add of "basket\|1" is not valid: \$\.sku .+; \$\.quantity .+\. Nothing was stored\.$/,
    );
    expect(seen).to.deep.equal([]);
    expect(await ref.ask({ type: "Count" })).to.equal(0);
    expect(await historyOf(system, ref)).to.deep.equal([]);
  });

  it("reaches the handler as the schema has made it, with its type", async () => {
    const seen: unknown[] = [];
    const schema = line.extend({ quantity: z.number().default(3) });
    const system = await startSystem();
    const ref = system.entityRef(basket({ commands: { Add: schema } }, seen), "1");
    const command = { type: "Add", sku: " a ", colour: "red" };
    expect(await ref.ask(command as never)).to.equal(3);
    expect(seen).to.deep.equal([{ type: "Add", sku: "a", quantity: 3 }]);
  });

  it("may be described with its type, or strictly", async () => {
    const schema = z.strictObject({ type: z.literal("Add"), ...line.shape });
    const system = await startSystem();
    const ref = system.entityRef(basket({ commands: { Add: schema } }), "1");
    expect(await ref.ask(add)).to.equal(1);
    expect(await rejection(ref.ask({ ...add, colour: "red" } as never))).to.be.instanceOf(ValidationError);
  });

  it("does not keep others from being handled without one", async () => {
    const system = await startSystem();
    const ref = system.entityRef(basket({ commands: { Add: line } }), "1");
    expect(await ref.ask({ type: "Later", sku: "" })).to.equal(0);
    expect(await rejection(ref.ask({ type: "toString" } as never))).to.have.property("code", "UNHANDLED_COMMAND");
    expect(await rejection(ref.ask("Add" as never))).to.have.property("code", "UNHANDLED_COMMAND");
  });

  it("is told on the event stream when nobody asked", async () => {
    const system = await startSystem();
    const probe = new TestProbe(system);
    system.eventStream.subscribe(probe.ref, "UnhandledMessage");
    const ref = system.entityRef(basket({ commands: { Add: line } }), "1");
    const message = { type: "Add", sku: "a", quantity: -1 } as const;
    ref.tell(message);
    await probe.expectMessage({ type: "UnhandledMessage", path: ref.path, message });
  });

  it("is held against it again when it comes back from the stash", async () => {
    const seen: unknown[] = [];
    const schema = z.object({ sku: z.string().transform((sku) => `${sku}!`) });
    const state = { count: 0, open: false };
    const system = await startSystem();
    const ref = system.entityRef(basket({ commands: { Later: schema }, emptyState: state }, seen), "1");
    const later = ref.ask({ type: "Later", sku: "a" });
    ref.tell({ type: "Open" });
    expect(await later).to.equal(0);
    const opened = { type: "Open" };
    const changed = { type: "Later", sku: "a!" };
    expect(seen).to.deep.equal([changed, opened, changed]);
  });

  it("holds back the next one while its schema is asynchronous", async () => {
    const checked = deferred<boolean>();
    const seen: unknown[] = [];
    const schema = line.refine(({ sku }) => sku === "a" || checked.promise);
    const system = await startSystem();
    const ref = system.entityRef(basket({ commands: { Add: schema } }, seen), "1");
    expect(await ref.ask(add)).to.equal(1);
    const [slow, next] = [rejection(ref.ask({ ...add, sku: "b" })), ref.ask({ type: "Count" })];
    await eventually("only the first one was handled", () => seen.length === 1);
    checked.resolve(false);
    expect(await slow)
      .to.be.instanceOf(ValidationError)
      .with.property("issues")
      .that.has.length(1);
    expect(await next).to.equal(1);
    expect(await ref.ask({ ...add, quantity: 2 })).to.equal(3);
  });

  it("is not handled any more when the entity is killed meanwhile", async () => {
    const checked = deferred<boolean>();
    const seen: unknown[] = [];
    const system = await startSystem();
    const schema = line.refine(() => checked.promise);
    const ref = system.entityRef(basket({ commands: { Add: schema } }, seen), "1");
    const asked = rejection(ref.ask(add));
    await eventually("the entity lives", () => ref.path !== "");
    await system.kill(ref);
    checked.resolve(true);
    expect(await asked).to.have.property("code", "ACTOR_STOPPED");
    expect(await ref.ask({ type: "Count" })).to.equal(0);
    expect(seen).to.deep.equal([{ type: "Count" }]);
  });

  for (const [what, validate] of [
    ["throws", () => expect.fail("a mistake")],
    ["rejects", () => Promise.reject(new Error("a mistake"))],
    ["changes the type", () => ({ value: { type: "Count" } })],
  ] as const) {
    it(`fails its entity when the schema ${what}`, async () => {
      const schema = { "~standard": { version: 1, vendor: "test", validate } } as unknown as typeof line;
      const system = await startSystem();
      const ref = system.entityRef(basket({ commands: { Add: schema } }), "1");
      const error = await rejection(ref.ask(add));
      expect(error).to.be.instanceOf(ActorFailedError).with.property("phase", "commands");
      expect(await ref.ask({ type: "Count" })).to.equal(0);
    });
  }

  it("is validated in given().when() too", () => {
    const { rejection, events } = given(basket({ commands: { Add: line } })).when({ ...add, quantity: -1 });
    expect(rejection).to.be.instanceOf(ValidationError);
    expect(events).to.deep.equal([]);
    expect(given(basket({ commands: { Add: line } })).when({ ...add, sku: " a " }).events).to.deep.equal([
      { type: "Added", sku: "a", quantity: 1 },
    ]);
  });
});

describe("an event with a schema", () => {
  it("is refused before anything is applied or stored, and the command with it", async () => {
    const system = await startSystem();
    const ref = system.entityRef(basket({ events: { Added: { schema: line }, Opened: {} } }), "1");
    const error = await rejection(ref.ask({ type: "Add", sku: "a", quantity: -1 }));
    expect(error).to.be.instanceOf(ValidationError).and.include({ kind: "event", type: "Added" });
    expect(await ref.ask({ type: "Count" })).to.equal(0);
    expect(await historyOf(system, ref)).to.deep.equal([]);
  });

  it("is applied, stored and published as the schema has made it", async () => {
    const schema = z.object({ sku: z.string().toUpperCase(), quantity: z.number().transform((n) => n * 2) });
    const definition = basket({ events: { Added: { schema }, Opened: {} } });
    const system = await startSystem();
    const published: unknown[] = [];
    system.eventStream.of(definition).subscribe(({ event }) => published.push(event));
    const ref = system.entityRef(definition, "1");
    expect(await ref.ask(add)).to.equal(2);
    const event = { type: "Added", sku: "A", quantity: 2 };
    expect((await historyOf(system, ref)).map((envelope) => envelope.event)).to.deep.equal([event]);
    expect(published).to.deep.equal([event]);
    await system.kill(ref);
    expect(await ref.ask({ type: "Count" })).to.equal(2);
  });

  it("must be valid at once: an asynchronous schema fails the entity", async () => {
    const schema = line.refine(async () => true);
    const system = await startSystem();
    const ref = system.entityRef(basket({ events: { Added: { schema }, Opened: {} } }), "1");
    const error = await rejection(ref.ask(add));
    expect(error).to.be.instanceOf(ActorFailedError).with.property("phase", "events");
    expect((error as ActorFailedError).cause).to.be.instanceOf(TypeError);
    expect(await historyOf(system, ref)).to.deep.equal([]);
  });
});

describe("a validation error", () => {
  it("names five issues and counts the rest", async () => {
    const issues = [..."abcdefg"].map((key) => ({ message: "is wrong", path: [{ key }, 0] }));
    const schema: StandardSchemaV1<unknown, { sku: string; quantity: number }> = {
      "~standard": { version: 1, vendor: "test", validate: () => ({ issues }) },
    };
    const { rejection } = given(basket({ commands: { Add: schema } })).when(add);
    expect(rejection?.message).to.include("$.a.0 is wrong; ").and.include("$.e.0 is wrong (and 2 more)");
    expect((rejection as ValidationError).issues[6]).to.deep.equal({ message: "is wrong", path: ["g", 0] });
  });
});
