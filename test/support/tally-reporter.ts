/** Mocha's spec report, plus the tally of the run as a file for continuous integration. */
import { writeFileSync } from "node:fs";
import process from "node:process";
import Mocha from "mocha";

const tallyFile = process.env.TALLY_FILE ?? new URL("../../tally.json", import.meta.url);

// biome-ignore lint/style/noDefaultExport: mocha takes a reporter from a default export only.
export default class TallyReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(tallyFile, `${JSON.stringify({ passes, failures, pending })}\n`);
    });
  }
}
