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

  it("fails that write and what comes at once with one error, opens itself anew, and has all that was acknowledged", async () => {
    const limited = `trap "" XFSZ; ulimit -f 300; exec "$0" "$@"`;
    const child = spawn("bash", ["-c", limited, execPath, program, fixture.path("store")], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const [report]: FailureReport[] = await once(child, "message");
    await once(child, "exit");
    expect(report?.acknowledged).to.be.within(100, 400);
    expect(report?.appendCode).to.match(/^STORAGE_FAILED: .* failed while writing: .*File too large/);
    expect(report?.nextCode).to.equal(report?.appendCode);
    expect(report?.told).to.deep.equal([report?.appendCode, "recovered"]);
    expect(report?.highestAfter).to.be.within(report?.acknowledged ?? 0, (report?.acknowledged ?? 0) + 1);

    const { journal } = await fixture.open();
    const events = await collect(journal.read("cart|1"));
    expect(events).to.have.lengthOf((report?.highestAfter ?? 0) + (report?.acknowledgedAfter ?? 0));
    expect(await collect(journal.readAll())).to.have.lengthOf(events.length);
  });
}
