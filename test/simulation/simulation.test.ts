/**
 * Whole systems under simulation: one seed decides about clock, scheduling, storage, faults and crashes.
 *
 * `SIMULATION_SEEDS=20000 npm test` runs more seeds, `SIMULATION_SEED=4711 npm test` runs that one alone.
 */
import process from "node:process";
import { expect } from "chai";
import { namedSeeds } from "./named-seeds.ts";
import { sabotages } from "./sabotages.ts";
import { sights } from "./sights.ts";
import { type Report, simulate } from "./simulation.ts";

const firstSeed = 1;
const seedsWithoutOrder = 2_000;
const seedsForSabotage = 100;
const tailLength = 60;

const only = process.env.SIMULATION_SEED;
const seeds = Number(process.env.SIMULATION_SEEDS ?? seedsWithoutOrder);
const unseen = new Set(Object.keys(sights));

function assertKept({ seed, violation, trace }: Report): void {
  if (violation === undefined) return;
  const tail = trace.slice(-tailLength).join("\n");
  expect.fail(`seed ${seed}: ${violation}\nrun it again with SIMULATION_SEED=${seed}; how it came about:\n${tail}`);
}

function look({ trace }: Report): void {
  for (const sight of unseen) {
    if (trace.some((line) => sights[sight]?.test(line))) unseen.delete(sight);
  }
}

describe("a whole system under simulation", () => {
  if (only !== undefined) {
    it(`keeps its promises in seed ${only}`, async () => assertKept(await simulate(Number(only))));
    return;
  }

  it(`keeps its promises in ${seeds} seeds`, async function () {
    this.timeout(seeds * 100);
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const report = await simulate(seed);
      assertKept(report);
      look(report);
    }
  });

  if (seeds >= seedsWithoutOrder) {
    it("has met there everything that it has to cope with", () => expect([...unseen]).to.deep.equal([]));
  }

  it("does exactly the same again with the same seed, and something else with another", async () => {
    const stories = new Set<string>();
    for (let seed = firstSeed; seed < firstSeed + 20; seed++) {
      const [first, second] = [await simulate(seed), await simulate(seed)];
      expect(second).to.deep.equal(first);
      stories.add(first.trace.join("\n"));
    }
    expect(stories.size).to.equal(20);
  });

  for (const { seed, found } of namedSeeds) {
    it(`seed ${seed}: ${found}`, async () => assertKept(await simulate(seed)));
  }

  describe("notices within a few seeds that", () => {
    for (const [name, sabotage] of Object.entries(sabotages)) {
      it(name, async function () {
        this.timeout(seedsForSabotage * 100);
        for (let seed = firstSeed; seed < firstSeed + seedsForSabotage; seed++) {
          if ((await simulate(seed, sabotage())).violation !== undefined) return;
        }
        expect.fail(`${seedsForSabotage} seeds have not noticed it`);
      });
    }
  });
});
