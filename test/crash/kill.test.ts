/** Nothing acknowledged is lost when a process is killed, whenever that is. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { CrashRounds, type Round } from "./crash-rounds.js";
import { commandOf, commandsMax } from "./plan.js";

const seed = 20_201_019;
const killsMin = 25;

describe("kill -9", function () {
  this.timeout(120_000);
  let folder = "";
  let crashes: CrashRounds;
  const rounds: Round[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-crash-"));
    crashes = new CrashRounds(folder, seed);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it(`loses nothing that was acknowledged, ${killsMin} times on the same store`, async () => {
    for (let n = 0; n < killsMin; n++) rounds.push(await crashes.next());
    expect(rounds).to.have.lengthOf(killsMin);
  });

  it("came at telling moments: with answers given, with writes under way, and with snapshots to recover from", () => {
    expect(rounds.filter(({ acknowledged }) => acknowledged > 0)).to.have.length.above(10);
    expect(rounds.reduce((sum, { acknowledged }) => sum + acknowledged, 0)).to.be.above(1_000);
    expect(rounds.at(-1)?.events).to.be.above(1_000);
    expect(rounds.at(-1)?.fromSnapshot).to.be.above(0);
  });

  it("would be noticed if it lost an answer", async () => {
    const n = Array.from({ length: commandsMax }, (_, at) => at).find(
      (at) => commandOf(seed, killsMin + 1, at).command.type === "AddItem",
    );
    crashes.ledger.add({ round: killsMin + 1, n: n ?? 0, revision: 100_000, total: 1 });
    const { faults } = await crashes.check();
    expect(faults).to.have.length(1);
    expect(faults[0]).to.match(/AddItem, round 26 command \d+, acknowledged as event 100000, is missing$/);
  });
});
