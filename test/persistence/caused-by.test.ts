/** A reaction inherits the correlation of its cause, and names the cause. */
import { expect } from "chai";
import {
  type ActorContext,
  actor,
  type CommandContext,
  causedBy,
  type EventMeta,
  eventIdOf,
  type Metadata,
} from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { TestProbe } from "rekindle/testkit";
import { type Decide, note, notebook, noted } from "../support/notebook.ts";
import { historyOf, startSystem } from "../support/start-system.ts";
import { eventually } from "../support/waiting.ts";

const event = { persistenceId: "cart|42", sequenceNr: 17, event: { type: "CheckedOut" } };

describe("causedBy", () => {
  const cases: readonly (readonly [string, Metadata, Metadata])[] = [
    ["an event without metadata", {}, { correlationId: "cart|42#17", causationId: "cart|42#17" }],
    ["an event of a command with an id", { commandId: "c-1" }, { correlationId: "c-1", causationId: "cart|42#17" }],
    [
      "an event of a command that had a cause itself",
      { commandId: "c-2", correlationId: "c-1", causationId: "c-1", userId: "kim" },
      { correlationId: "c-1", causationId: "cart|42#17" },
    ],
  ];
  for (const [what, metadata, expected] of cases) {
    it(`gives the metadata for the consequences of ${what}`, () => {
      expect(causedBy({ ...event, metadata })).to.deep.equal(expected);
    });
  }

  it("gives the metadata for the consequences of a command", () => {
    expect(causedBy({ metadata: { commandId: "c-1" } })).to.deep.equal({ correlationId: "c-1", causationId: "c-1" });
    const second = { commandId: "c-2", correlationId: "c-1", causationId: "c-1" };
    expect(causedBy({ metadata: second })).to.deep.equal({ correlationId: "c-1", causationId: "c-2" });
    const { commandId: _, ...withoutId } = second;
    expect(causedBy({ metadata: withoutId })).to.deep.equal({ correlationId: "c-1", causationId: "c-1" });
  });

  it("begins a correlation of its own for a command that tells nothing", () => {
    const [first, second] = [causedBy({ metadata: {} }), causedBy({ metadata: {} })];
    expect(first).to.have.all.keys("correlationId");
    expect(first.correlationId).to.not.equal(second.correlationId);
  });

  it("adds what the user has to tell, which wins", () => {
    const own = { userId: "kim", correlationId: "mine" };
    expect(causedBy({ ...event, metadata: {} }, own)).to.deep.equal({ ...own, causationId: "cart|42#17" });
    expect(causedBy({ metadata: { commandId: "c" } }, own)).to.deep.equal({ ...own, causationId: "c" });
  });

  it("names events as the history does", () => {
    expect(eventIdOf(event)).to.equal("cart|42#17");
  });
});

describe("a chain of reactions", () => {
  it("is one correlation from an actor through two entities, in handlers, history and stream", async () => {
    const system = await startSystem();
    const metas: EventMeta[] = [];
    const options = {
      eventHandler: (words: readonly string[], { word }: { word: string }, meta: EventMeta) => {
        metas.push(meta);
        return [...words, word];
      },
    };
    const forward: Decide = (_words, order, context) => {
      const metadata = causedBy(context);
      return context.effect
        .persist(noted("a"))
        .thenRun(() => second.tell(note("b"), { commandId: "second", metadata }))
        .thenReply(order, () => null);
    };
    const definition = notebook({ Forward: forward }, options);
    const second = system.entityRef(definition, "2");
    const first = system.entityRef(definition, "1");
    const probe = new TestProbe(system);
    const receive = (state: null, _message: object, context: ActorContext<object>): null => {
      first.tell({ type: "Forward" }, { commandId: "first", metadata: causedBy(context, { by: "me" }) });
      return state;
    };
    system.eventStream.subscribe(probe.ref, "Noted");
    system
      .spawn(actor({ initialState: null, receive }), "entrance")
      .tell({}, { metadata: { correlationId: "order-7" } });
    const expected = [
      { correlationId: "order-7", commandId: "first", by: "me" },
      { correlationId: "order-7", causationId: "first", commandId: "second" },
    ];
    for (const metadata of expected) {
      const envelope = await probe.expectMessage<{ metadata: Metadata }>((message) => typeof message === "object");
      expect(envelope.metadata).to.deep.equal(metadata);
    }
    for (const [index, ref] of [first, second].entries()) {
      expect((await historyOf(system, ref))[0]?.metadata).to.deep.equal(expected[index]);
      await system.kill(ref);
      await ref.ask({ type: "Read" });
    }
    expect(metas.map(({ metadata, replaying }) => ({ metadata, replaying }))).to.deep.equal([
      ...expected.map((metadata) => ({ metadata, replaying: false })),
      ...expected.map((metadata) => ({ metadata, replaying: true })),
    ]);
  });

  it("goes on through deliveries, also after a restart and out of a snapshot", async () => {
    const storage = memoryStorage();
    const heard: Metadata[] = [];
    const definition = notebook(
      {},
      {
        snapshots: { every: 2, keep: 1, deleteEvents: true },
        deliveries: {
          begins: ({ word }) => (word === "send" ? [{ to: "ear", message: (deliveryId) => ({ deliveryId }) }] : []),
          confirms: () => [],
          destination: (_to, scope) => scope.spawn(ear),
        },
      },
    );
    const ear = actor<object, null>({
      initialState: null,
      receive: (state, _message, { metadata }: Pick<CommandContext<object, object, object>, "metadata">) => {
        heard.push(metadata);
        return state;
      },
    });
    for (const life of [1, 2, 3]) {
      const system = await startSystem({ storage });
      const ref = system.entityRef(definition, "1");
      await ref.ask(note(life === 1 ? "send" : "other"), {
        commandId: `c-${life}`,
        metadata: { correlationId: "order-7" },
      });
      await eventually("the delivery arrives", () => heard.length === life);
      await system.terminate();
    }
    const expected = { correlationId: "order-7", causationId: "notebook|1#1" };
    expect(heard).to.deep.equal([expected, expected, expected]);
  });
});
