/**
 * A guard against a change that makes everything several times as expensive: the time on the processors that one command takes,
 * beside that of its ceiling in the same run. Far from what `npm run bench` measures, since a test shares its machine; and never
 * a time by itself.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Figures } from "./figures.ts";
import { runWorkload, type Trial } from "./workloads.ts";

const attempts = 4;
const budget = { calls: 10_000, timeMs: 1_000 };

describe("the cost of a command beside its ceiling", function () {
  this.retries(attempts - 1);
  this.timeout(30_000);

  const cpuOf = async (trial: Trial, prepare?: Trial): Promise<number> => {
    const folder = await mkdtemp(join(tmpdir(), "rekindle-ratio-"));
    try {
      const store = join(folder, "store");
      if (prepare) await runWorkload(prepare, store);
      const { cpuMicros }: Figures = await runWorkload(trial, store);
      return cpuMicros ?? Number.NaN;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  const dearerBy = async (ours: Promise<number>, ceiling: () => Promise<number>): Promise<number> => {
    const cost = await ours;
    return cost / (await ceiling());
  };

  const rawWrites = (): Promise<number> =>
    cpuOf({ workload: "rawWrites", parameters: { batch: 1_000, carts: 1, budget } });

  const commands = (carts: number, inFlight: number): Promise<number> =>
    cpuOf({ workload: "durableCommands", parameters: { subject: "rekindle", carts, inFlight, budget } });

  it("a durable command to one entity costs less than 20 raw puts", async () => {
    const ratio = await dearerBy(commands(1, 256), rawWrites);
    expect(ratio).to.be.below(20);
  });

  it("a durable command to one of many entities costs less than 20 raw puts", async () => {
    const ratio = await dearerBy(commands(200, 1_024), rawWrites);
    expect(ratio).to.be.below(20);
  });

  it("recovering an event costs less than 10 times reading and parsing it", async () => {
    const store = { carts: 1, eventsEach: 10_000 };
    const ratio = await dearerBy(
      cpuOf(
        { workload: "recovery", parameters: { subject: "rekindle", ...store } },
        { workload: "filledStore", parameters: { subject: "rekindle", ...store } },
      ),
      () => cpuOf({ workload: "rawReads", parameters: store }, { workload: "rawFilledStore", parameters: store }),
    );
    expect(ratio).to.be.below(10);
  });

  it("a message to a plain actor costs less than one of nact", async () => {
    const how = { pattern: "tell", inFlight: 1_000, budget: { ...budget, calls: 50_000 } } as const;
    const ratio = await dearerBy(cpuOf({ workload: "messaging", parameters: { runtime: "rekindle", ...how } }), () =>
      cpuOf({ workload: "messaging", parameters: { runtime: "nact", ...how } }),
    );
    expect(ratio).to.be.below(1);
  });
});
