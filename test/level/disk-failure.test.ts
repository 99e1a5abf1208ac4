/** A disk that refuses a write, for real: a process with a limit on the size of its files. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process, { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { collect, StoreFixture } from "./store-fixture.ts";
import type { FailureReport } from "./write-until-failure.ts";

const program = fileURLToPath(new URL("./write-until-failure.js", import.meta.url));

// Limits on the size of files, and ignored signals, are inherited on POSIX systems only.
if (process.platform !== "win32") describe("a level store whose disk refuses a write", refusals);

function refusals(this: Mocha.Suite): void {
  this.timeout(30_000);
  const fixture = new StoreFixture();

  it("fails that write and all later ones with one error, and has everything acknowledged when it is opened again", async () => {
    const limited = `trap "" XFSZ; ulimit -f 300; exec "$0" "$@"`;
    const child = spawn("bash", ["-c", limited, execPath, program, fixture.path("store")], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [report]: FailureReport[] = await once(child, "message");
    await once(child, "exit");
    expect(report?.acknowledged).to.be.within(100, 400);
    expect(report?.appendCode).to.match(/^STORAGE_FAILED: .* failed while writing: .*File too large/);
    expect(report?.nextCode).to.equal(report?.appendCode);
    expect(report?.readCode).to.equal(report?.appendCode);
    expect(report?.reported).to.deep.equal([report?.appendCode]);
    expect(report?.otherStream).to.equal(1);

    const { journal } = await fixture.open();
    const events = await collect(journal.read("cart|1"));
    expect(events.length).to.be.within(report?.acknowledged ?? 0, (report?.acknowledged ?? 0) + 1);
    expect(await collect(journal.readAll())).to.have.lengthOf(events.length + 1);
  });
}
