/** Views are those of uninterrupted projections, in both stores, whenever a process is killed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ProjectionRounds } from "./projection-rounds.js";

const kills = 5;

describe("kill -9 of projections", function () {
  this.timeout(60_000);
  let folder = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-crash-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it(`leaves both views the same as uninterrupted ones, and no double charge, ${kills} times on the same stores`, async () => {
    const rounds = new ProjectionRounds(folder, 20_201_019);
    for (let kill = 1; kill < kills; kill++) await rounds.next(kill === 3);
    const last = await rounds.next();
    expect(last?.events).to.be.above(100);
    expect(last?.charges).to.be.above(0);
  });
});
