/** No damage of a closed store is ever swallowed: it is told, or it does not matter. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { DamageTrials, type Trial } from "../../crash/damage-trials.js";

const seed = 20_261_120;
const trialsMax = 100;

describe("a cleanly closed level store", function () {
  this.timeout(60_000);
  let folder = "";
  let trials: DamageTrials;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-damage-"));
    trials = new DamageTrials(folder, seed);
    expect(await trials.prepare()).to.be.above(3_000);
  });

  after(async () => {
    trials.close();
    await rm(folder, { recursive: true, force: true });
  });

  it(`tells of ${trialsMax} damages, or is not harmed by them (again with: npm run crash-test -- --damages ${trialsMax} --seed ${seed})`, async () => {
    const bad: Trial[] = [];
    let detected = 0;
    for (let n = 0; n < trialsMax; n++) {
      const trial = await trials.run(n);
      if (trial.outcome === "detected") detected++;
      else if (trial.outcome !== "harmless") bad.push(trial);
    }
    expect(bad).to.deep.equal([]);
    expect(detected).to.be.above(trialsMax / 3);
  });
});
