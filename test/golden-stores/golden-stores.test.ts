/** Stores that earlier commits wrote, one for each format: every later version reads them, and goes on with them. */
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { ManualClock } from "rekindle/testkit";
import { formatVersion } from "#src/level/files/format-marker.js";
import { temporaryFolder } from "../support/every-storage.ts";
import { root } from "../support/project.ts";
import { digestsOf, type Expected, goldenFolder } from "./golden-store.ts";
import { readStore } from "./read-store.ts";
import { releaseOf, type Tale } from "./releases.ts";
import { endOfStory } from "./story.ts";

const names = existsSync(goldenFolder) ? readdirSync(goldenFolder).sort() : [];

describe("golden stores", () => {
  const scratch = temporaryFolder();

  it("are there for the present format", () => {
    expect(names).to.include(`format-${formatVersion}`);
  });

  it("are not part of the package", () => {
    const { files } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
    expect(files.filter((pattern: string) => pattern.startsWith("data") || pattern === ".")).to.deep.equal([]);
  });

  for (const name of names) {
    describe(name, () => {
      const store = join(goldenFolder, name, "store");
      const copy = join(scratch, name);
      const expected: Expected = JSON.parse(readFileSync(join(goldenFolder, name, "expected.json"), "utf8"));

      before(() => cpSync(store, copy, { recursive: true }));

      it("came here whole", () => {
        expect(digestsOf(store)).to.deep.equal(expected.files);
      });

      it("is proved without a fault, and reads as it was written", async () => {
        const { verification, ...found } = await readStore(levelStorage(copy));
        const { verification: recorded, ...written } = expected.reading;
        expect(verification).to.deep.equal(recorded).and.to.include({ ok: true });
        expect(verification.headDigest).to.have.length.above(0);
        for (const [what, value] of Object.entries(written)) {
          expect(found[what as keyof typeof found], what).to.deep.equal(value);
        }
      });

      it("holds what a store can hold", () => {
        const { stored, snapshots, states, tagged, deliveries, repeated, views } = expected.reading;
        expect(new Set(stored.map(({ version }) => version))).to.deep.equal(new Set([1, 2, 3]));
        expect(stored.some(({ metadata }) => Object.keys(metadata).length > 0)).to.equal(true);
        expect(tagged.money).to.have.length.above(3);
        expect(Object.values(snapshots).flat()).to.have.length.above(2);
        expect(stored.find(({ persistenceId }) => persistenceId === "diary|1")?.sequenceNr).to.be.above(1);
        expect(stored.find(({ persistenceId }) => persistenceId === "diary|gone")?.sequenceNr).to.equal(3);
        const { events } = states["diary|gone"] as Tale;
        expect(events.map(({ n }) => n)).to.deep.equal([3, undefined]);
        expect(JSON.stringify(snapshots["diary|1"])).to.include('"receipts":[["ninth"');
        expect(deliveries).to.have.length(2);
        expect(repeated.at(-1)).to.deep.equal({ stored: 0 });
        expect(views).to.have.length(1);
      });

      it("is gone on with: new events follow the old ones, and all of it is proved again", async () => {
        const { highestOffset } = expected.reading.verification;
        const { account } = releaseOf(3);
        const clock = new ManualClock(endOfStory);
        for (const more of [1, 2]) {
          const system = await ActorSystem.create("golden", { storage: levelStorage(copy), clock });
          const ref = system.entityRef(account, "5");
          expect(await ref.ask({ type: "Tell", events: [{ type: "Closed" }] })).to.deep.equal({ told: 2 + more });
          expect(system.readJournal.currentOffset()).to.equal(highestOffset + more);
          expect(await system.storage.verify()).to.include({ ok: true, highestOffset: highestOffset + more });
          await system.terminate();
        }
      });
    });
  }
});
