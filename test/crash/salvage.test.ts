/** What is salvaged of a damaged store is right, and what is missing is told. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { SalvageTrials } from "./salvage-trials.js";

const seed = 20_261_121;
const trialsMax = 4;

describe("salvaging", function () {
  this.timeout(60_000);

  it(`keeps what can be read of ${trialsMax} damaged stores (more with: npm run crash-test -- --salvages 400 --seed ${seed})`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "rekindle-salvage-"));
    try {
      const trials = new SalvageTrials(folder, seed);
      await trials.prepare();
      const outcomes: string[] = [];
      for (let n = 0; n < trialsMax; n++) {
        const { outcome, damage, detail } = await trials.run(n);
        expect(outcome, `${damage}\n${detail}`).not.to.equal("wrong");
        outcomes.push(outcome);
      }
      // What a damage hits differs from store to store: their times, and so their bytes, are never the same.
      expect(outcomes.filter((outcome) => outcome !== "refused")).to.have.length.above(trialsMax / 2);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
