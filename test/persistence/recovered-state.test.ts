/** Whatever happens in between, the state that comes back is the one that plain data would have. */
import { expect } from "chai";
import fc from "fast-check";
import {
  type ActorSystem,
  type EntityRef,
  type EventSourcedDefinition,
  eventSourced,
  type SnapshotRule,
} from "rekindle";
import { type FaultyStorage, faultyStorage } from "rekindle/testkit";
import { onEveryStorage } from "../support/every-storage.ts";
import { historyOf, startSystem } from "../support/start-system.ts";

interface Put {
  readonly type: "Put" | "Read" | "Snapshot";
  readonly values: readonly unknown[];
}

interface Added {
  readonly type: "Added";
  readonly value: unknown;
}

type Values = readonly unknown[];

type Shelf = EventSourcedDefinition<Put, Added, Values>;

/** Commands that are sent at once, and what happens to the entity while they are under way, or after. */
interface Round {
  readonly puts: readonly (readonly unknown[])[];
  readonly meanwhile: "nothing" | "kill" | "write fails" | "write is rejected";
  readonly afterwards: "nothing" | "kill" | "stop" | "snapshot";
}

const rounds = fc.array(
  fc.record({
    puts: fc.array(fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }), { maxLength: 4 }),
    meanwhile: fc.constantFrom<Round["meanwhile"][]>("nothing", "nothing", "kill", "write fails", "write is rejected"),
    afterwards: fc.constantFrom<Round["afterwards"][]>("nothing", "kill", "stop", "snapshot"),
  }),
  { maxLength: 8 },
);

const rules: fc.Arbitrary<SnapshotRule<Added, Values>> = fc.record(
  { every: fc.integer({ min: 1, max: 5 }), keep: fc.integer({ min: 1, max: 3 }), deleteEvents: fc.boolean() },
  { requiredKeys: [] },
);

function shelf(snapshots: SnapshotRule<Added, Values>, fromSnapshot: "latest" | "none" = "latest"): Shelf {
  return eventSourced<Put, Added, Values>({
    entityType: "shelf",
    emptyState: [],
    commandHandler(values, command, { effect }) {
      if (command.type === "Read") return effect.reply(command, values);
      if (command.type === "Snapshot") return effect.snapshot();
      return effect
        .persist(command.values.map((value) => ({ type: "Added", value })))
        .thenReply(command, (after) => after.length);
    },
    eventHandler: (values, { value }) => [...values, value],
    snapshots,
    recovery: { fromSnapshot },
    supervision: { minBackoffMs: 0 },
  });
}

function readAll(ref: EntityRef<Put>): Promise<Values> {
  return ref.ask<Values>({ type: "Read", values: [] });
}

/** Plays one round; gives the values that must be there after it, having seen those that are. */
async function play(
  round: Round,
  before: Values,
  stage: { system: ActorSystem; ref: EntityRef<Put>; faults: FaultyStorage },
): Promise<Values> {
  const { system, ref, faults } = stage;
  const writes = round.puts.some((values) => values.length > 0);
  if (writes && round.meanwhile === "write fails") faults.failNext("append", ref.persistenceId);
  if (writes && round.meanwhile === "write is rejected") faults.rejectNext("append", ref.persistenceId);
  const answers = round.puts.map((values) => ref.ask<number>({ type: "Put", values }).catch(() => undefined));
  if (round.meanwhile === "kill") await system.kill(ref);
  const lengths = await Promise.all(answers);
  const after = await readAll(ref);
  const acknowledged = round.puts.filter((_values, index) => lengths[index] !== undefined).flat();
  const sent = [...before, ...round.puts.flat()];
  if (round.meanwhile === "kill") {
    expect(after, "a kill leaves a beginning of what was sent").to.deep.equal(sent.slice(0, after.length));
    expect(after.length).to.be.at.least(before.length + acknowledged.length);
  } else {
    expect(after, "what was acknowledged is there, and nothing else").to.deep.equal([...before, ...acknowledged]);
  }
  if (round.afterwards === "kill") await system.kill(ref);
  if (round.afterwards === "stop") await system.stop(ref);
  if (round.afterwards === "snapshot") await ref.ask({ type: "Snapshot", values: [] });
  return after;
}

onEveryStorage((newStorage) => {
  describe("a recovered state", () => {
    it("equals the state that was live, and a plain model of it", async () => {
      const faults = faultyStorage(newStorage());
      let entities = 0;
      const property = fc.asyncProperty(rounds, rules, async (script, rule) => {
        const entityId = String(++entities);
        const system = await startSystem({ storage: faults });
        const ref = system.entityRef(shelf(rule), entityId);
        let model: Values = [];
        for (const round of script) model = await play(round, model, { system, ref, faults });
        await system.kill(ref);
        expect(await readAll(ref)).to.deep.equal(model);
        await system.terminate();
        const again = await startSystem({ storage: faults });
        if (rule.deleteEvents !== true) {
          const replayed = again.entityRef(shelf({}, "none"), entityId);
          expect(await readAll(replayed), "a full replay").to.deep.equal(model);
          const history = await historyOf(again, replayed);
          expect(history.map(({ sequenceNr }) => sequenceNr)).to.deep.equal(model.map((_value, index) => index + 1));
          expect(history.map(({ event }) => (event as Added).value)).to.deep.equal(model);
        } else {
          expect(await readAll(again.entityRef(shelf(rule), entityId)), "another system").to.deep.equal(model);
        }
        await again.terminate();
      });
      await fc.assert(property, { numRuns: 60 });
    }).timeout(20_000);
  });
});
