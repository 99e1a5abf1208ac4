/** The command `rekindle`, run as a process: what it prints, how it ends, and what it refuses. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { expect } from "chai";
import { damage, frameKeyOf, recordsIn, withRawStore } from "../level/raw-store.ts";
import { added, addedMany, request, StoreFixture } from "../level/store-fixture.ts";
import { cartModule } from "./cart-module.ts";
import { type CliResult, runCli, runCliUnread } from "./run-cli.ts";

describe("the command rekindle", function () {
  this.timeout(30_000);
  const fixture = new StoreFixture();
  let store = "";
  const receipt = '{"id":"c-1","reply":-0}';
  const green = added(1, { payload: '{"type":"Added","n":-0}', tags: ["green"], metadata: '{"by":"me"}', receipt });

  beforeEach(async () => {
    store = fixture.path("store");
    const { journal, snapshots, close } = await fixture.open();
    await Promise.all(["cart|1", "cart|2"].map((id) => journal.highestSequenceNr(id)));
    await Promise.all([
      journal.append(request("cart|1", 1, ...addedMany(1, 3))),
      journal.append(request("cart|2", 1, green)),
    ]);
    await journal.append(request("cart|1", 4, added(4)));
    await snapshots.save({ persistenceId: "cart|1", sequenceNr: 3, schemaVersion: 1, state: '{"n":-0}' });
    await journal.deleteTo("cart|1", 1);
    await close();
  });

  function refused({ status, stdout, stderr }: CliResult, message: RegExp, expected = 2): void {
    expect(stderr).to.match(message);
    expect(stderr.trimEnd().split("\n")).to.have.lengthOf(1);
    expect([status, stdout]).to.deep.equal([expected, ""]);
  }

  describe("state", () => {
    let cart = "";

    beforeEach(async () => {
      cart = fixture.path("cart.mjs");
      await writeFile(cart, cartModule);
    });

    const stateAt = (id: string, ...options: readonly string[]): Promise<CliResult> =>
      runCli("state", store, "cart", id, "--module", cart, ...options);

    it("prints the state of an entity: as it is, after an event, at a time", async () => {
      const printed = async (id: string, ...options: readonly string[]): Promise<unknown> => {
        const { status, stdout, stderr } = await stateAt(id, ...options);
        expect([status, stderr]).to.deep.equal([0, ""]);
        return JSON.parse(stdout);
      };
      expect(await printed("1")).to.deep.equal({ sequenceNr: 4, state: { n: 4 } });
      expect(await printed("1", "--at", "3")).to.deep.equal({ sequenceNr: 3, state: { n: 0 } });
      expect(await printed("1", "--at", "2023-11-14T22:13:20.000Z")).to.include({ sequenceNr: 4 });
      expect(await printed("unknown", "--at", "3")).to.deep.equal({ sequenceNr: 0, state: { n: 0 } });
    });

    it("ends with 1 when events that the state needs are missing", async () => {
      refused(await stateAt("1", "--at", "2"), /events 1 to 1 are deleted/, 1);
    });

    it("is refused without a module, a definition, a moment or a store", async () => {
      refused(await runCli("state", store, "cart", "1"), /--module/);
      refused(await runCli("state", store, "cart", "1", "--module", fixture.path("no.mjs")), /no\.mjs/);
      refused(
        await runCli("state", store, "order", "1", "--module", cart),
        /no definition of entity type order; it has cart/,
      );
      for (const moment of ["yesterday", "-1", "2023-13-01"]) refused(await stateAt("1", "--at", moment), /--at/);
      refused(await runCli("state", fixture.path("none"), "cart", "1", "--module", cart), /none/);
    });
  });

  it("verifies a store, and tells its head", async () => {
    const { status, stdout, stderr } = await runCli("verify", store);
    expect([status, stderr]).to.deep.equal([0, ""]);
    expect(stdout).to.match(
      /is whole\.\nstreams 2, events 4, commits 2, snapshots 1\nlast offset 5\nhead [0-9a-f]{64}\n$/,
    );
  });

  it("compares the head with one that was kept elsewhere", async () => {
    const { headDigest } = JSON.parse((await runCli("verify", store, "--json")).stdout);
    expect((await runCli("verify", store, "--expect-head", headDigest)).status).to.equal(0);
    const other = await runCli("verify", store, "--expect-head", "0".repeat(64), "--json");
    expect(other.status).to.equal(1);
    expect(JSON.parse(other.stdout)).to.include({ ok: false, headDigest });
  });

  it("reports faults, and ends with 1", async () => {
    await damage(store, frameKeyOf("cart|1", 2));
    const { status, stdout } = await runCli("verify", store);
    expect(stdout).to.match(/^FAULT event 2 of "cart\|1": /);
    expect(status).to.equal(1);
  });

  it("tells what there is to say of a store", async () => {
    expect(JSON.parse((await runCli("info", store, "--json")).stdout)).to.include({
      format: 1,
      streams: 2,
      snapshots: 1,
      lastOffset: 5,
    });
    expect((await runCli("info", store)).stdout).to.match(
      /^location .*\nformat {7}1\nsize .* bytes\nowner {8}nobody has it open\n/,
    );
    await fixture.open();
    const { status, stdout } = await runCli("info", store);
    expect(stdout).to.match(new RegExp(`owner {8}process ${process.pid} `));
    expect(status).to.equal(0);
  });

  it("lists ids and events", async () => {
    expect((await runCli("persistence-ids", store)).stdout).to.equal("cart|1\ncart|2\n");
    const plain = await runCli("events", store, "cart|1", "--from", "3", "--to", "3");
    expect(plain.stdout).to.match(/^3 2023-11-14T22:13:20\.000Z Added \{"type":"Added","n":3\}\n$/);
    const lines = (await runCli("events", store, "cart|1", "--json")).stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).sequenceNr)).to.deep.equal([2, 3, 4]);
  });

  it("makes a backup that is a store", async () => {
    const copy = fixture.path("copy");
    expect((await runCli("backup", store, copy)).status).to.equal(0);
    expect(await recordsIn(copy)).to.deep.equal(await recordsIn(store));
  });

  it("brings a store over to another place as lines, record for record", async () => {
    const { stdout, status } = await runCli("export", store);
    expect(status).to.equal(0);
    await writeFile(fixture.path("export.jsonl"), stdout);
    for (const line of stdout.trimEnd().split("\n")) expect(() => JSON.parse(line)).not.to.throw();
    const imported = await runCli("import", fixture.path("export.jsonl"), fixture.path("imported"));
    expect([imported.stderr, imported.status]).to.deep.equal(["", 0]);
    expect(await recordsIn(fixture.path("imported"))).to.deep.equal(await recordsIn(store));
    const [one, other] = await Promise.all([runCli("verify", store), runCli("verify", fixture.path("imported"))]);
    expect(other.stdout.split("\n").slice(1)).to.deep.equal(one.stdout.split("\n").slice(1));
  });

  const alterations: Record<string, (lines: string[]) => string[]> = {
    "a line is missing": (lines) => lines.filter((_, index) => index !== 3),
    "its end is missing": (lines) => lines.slice(0, -1),
    "a line is altered": (lines) => lines.map((line) => line.replace('"n":4', '"n":5')),
    "it is something else": () => ['{"hello":1}'],
    "it is empty": () => [],
  };
  for (const [what, alter] of Object.entries(alterations)) {
    it(`imports nothing when ${what}`, async () => {
      const lines = (await runCli("export", store)).stdout.trimEnd().split("\n");
      await writeFile(
        fixture.path("export.jsonl"),
        alter(lines)
          .map((line) => `${line}\n`)
          .join(""),
      );
      refused(await runCli("import", fixture.path("export.jsonl"), fixture.path("new")), /^rekindle: /, 1);
      expect(await readdir(fixture.path())).to.have.members(["export.jsonl", "store"]);
    });
  }

  it("salvages a whole store without a loss, and keeps every character", async () => {
    const { status, stdout } = await runCli("salvage", store, fixture.path("saved"));
    expect(stdout).to.match(/2 streams, 4 events, 1 snapshots\.\nNothing is missing\.\n$/);
    expect(status).to.equal(0);
    const saved = [...(await recordsIn(fixture.path("saved"))).values()].join();
    expect(saved).to.include('{"type":"Added","n":-0}').and.to.include('{"n":-0}');
    expect(saved).to.include(`"m":{"by":"me"},"r":${receipt}`);
    expect((await runCli("verify", fixture.path("saved"))).status).to.equal(0);
  });

  it("salvages the longest prefix of each stream, says what is missing, and leaves the damaged store alone", async () => {
    await withRawStore(store, (db) => db.del(frameKeyOf("cart|1", 4)));
    const before = await filesOf(store);
    const { status, stdout } = await runCli("salvage", store, fixture.path("saved"));
    expect(stdout).to.include('MISSING event 4 of "cart|1" to event 4\n');
    expect(status).to.equal(1);
    expect(await filesOf(store)).to.deep.equal(before);
    const { journal } = await fixture.open({}, fixture.path("saved"));
    expect(await journal.highestSequenceNr("cart|1")).to.equal(3);
    expect(await journal.highestSequenceNr("cart|2")).to.equal(1);
  });

  describe("refuses with one line", () => {
    const readers = ["verify", "info", "persistence-ids", "export"];

    for (const name of readers) {
      it(`a store that is missing: ${name}`, async () => {
        refused(await runCli(name, fixture.path("missing")), /there is no such directory/);
        expect(await readdir(fixture.path())).to.deep.equal(["store"]);
      });
    }

    it("a directory that holds no store", async () => {
      await mkdir(fixture.path("other"));
      refused(await runCli("verify", fixture.path("other")), /holds no rekindle store/);
      expect(await readdir(fixture.path("other"))).to.deep.equal([]);
    });

    it("a store that another process has open, and names it", async () => {
      await fixture.open();
      for (const args of [
        ["verify", store],
        ["backup", store, fixture.path("copy")],
        ["salvage", store, fixture.path("copy")],
      ])
        refused(await runCli(...args), new RegExp(`in use by process ${process.pid} on`));
    });

    it("a store of a newer format, and one of another program", async () => {
      for (const [marker, message] of [
        ['{"format":"rekindle","version":2}', /format version 2/],
        ['{"format":"other","version":1}', /store of "other"/],
      ] as const) {
        await writeFile(fixture.path("store", "rekindle.json"), marker);
        refused(await runCli("verify", store), message);
      }
    });

    it("a damaged store, with status 1", async () => {
      await writeFile(fixture.path("store", "CURRENT"), "nonsense");
      refused(await runCli("verify", store), /is damaged at CURRENT/, 1);
    });

    it("a target that exists", async () => {
      await mkdir(fixture.path("taken"));
      await writeFile(fixture.path("empty.jsonl"), "");
      for (const args of [
        ["backup", store],
        ["salvage", store],
        ["import", fixture.path("empty.jsonl")],
      ])
        refused(await runCli(...args, fixture.path("taken")), /exists already/);
      expect(await readdir(fixture.path("taken"))).to.deep.equal([]);
    });

    it("a file that cannot be read", async () => {
      refused(await runCli("import", fixture.path("missing.jsonl"), fixture.path("new")), /ENOENT/);
    });

    for (const args of [
      ["bake"],
      ["verify"],
      ["verify", "a", "b"],
      ["info", "a", "--from", "1"],
      ["verify", "a", "--nonsense"],
      ["events", "a", "b", "--from", "x"],
    ]) {
      it(`a wrong command line: ${args.join(" ")}`, async () => {
        refused(await runCli(...args), /^rekindle: .*/);
      });
    }
  });

  it("prints its usage within 80 columns, and its version", async () => {
    const { status, stdout } = await runCli("--help");
    expect(status).to.equal(0);
    for (const line of stdout.split("\n")) expect(line.length).to.be.at.most(80);
    expect((await runCli()).status).to.equal(2);
    expect((await runCli("--version")).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it("takes a reader that goes away for the end of its output", async () => {
    const { journal, close } = await fixture.open();
    for (let first = 5; first < 2_000; first += 500)
      await journal.append(request("cart|1", first, ...addedMany(first, 500)));
    await close();
    for (const args of [
      ["events", store, "cart|1"],
      ["export", store],
    ]) {
      expect(await runCliUnread(...args)).to.deep.equal({ status: 0, stdout: "", stderr: "" });
    }
  });
});

async function filesOf(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await readdir(folder)) {
    if (name !== "LOCK") files[name] = (await readFile(`${folder}/${name}`)).toString("base64");
  }
  return files;
}
