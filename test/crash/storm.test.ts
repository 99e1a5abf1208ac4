/** Disks that fail at random beneath a writer: what was acknowledged before and after is there, in order, once. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { canFailDisks, compileDiskFaults } from "../level/disk-faults.ts";
import { OutageStorm } from "./outage-storm.js";
import { stormPlan } from "./storm-plan.js";

const seed = 20_261_120;
const plansMax = 2;

if (canFailDisks) describe("random outages", storms);

function storms(this: Mocha.Suite): void {
  this.timeout(90_000);

  it(`lose nothing in ${plansMax} plans (more with: npm run crash-test -- --outages 200 --seed ${seed})`, async () => {
    await compileDiskFaults();
    const folder = await mkdtemp(join(tmpdir(), "rekindle-storm-"));
    try {
      const storm = new OutageStorm(folder, seed);
      let acknowledged = 0;
      let noticed = 0;
      for (let n = 0; n < plansMax; n++) {
        const report = await storm.run(n);
        expect(report.faults, `plan ${n}: ${JSON.stringify(report.plan)}`).to.deep.equal([]);
        acknowledged += report.acknowledged;
        noticed += report.noticed;
      }
      expect(acknowledged).to.be.above(100);
      expect(noticed).to.be.above(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("are the same for the same seed, and of every kind", () => {
    const plans = Array.from({ length: 200 }, (_, n) => stormPlan(seed, n));
    expect(stormPlan(seed, 7)).to.deep.equal(plans[7]);
    expect(new Set(plans.map(({ end }) => end)).size).to.equal(4);
    const rules = plans.flatMap(({ episodes }) => episodes.flatMap((episode) => episode.rules));
    for (const operation of ["write", "short-write", "sync", "open", "rename"])
      expect(
        rules.some((rule) => rule.startsWith(`${operation} `)),
        operation,
      ).to.equal(true);
  });
}
