/** Every example of docs/cli.md is run, and prints what the page says. */
import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { expect } from "chai";
import { addedMany, request, StoreFixture } from "../level/store-fixture.ts";
import { cartModule } from "./cart-module.ts";
import { runCli } from "./run-cli.ts";

const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");

/** Commands with the lines that they print. */
function examples(): (readonly [command: string, output: string])[] {
  const blocks = [...page.matchAll(/```console\n(.*?)```/gs)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ rekindle /m)
      .slice(1)
      .map((example) => {
        const end = example.indexOf("\n");
        return [example.slice(0, end), example.slice(end + 1)] as const;
      }),
  );
}

describe("docs/cli.md", function () {
  this.timeout(30_000);
  const fixture = new StoreFixture();

  it("says what the commands print", async () => {
    const { journal, close } = await fixture.open();
    await Promise.all(["cart|1", "cart|2"].map((id) => journal.highestSequenceNr(id)));
    await Promise.all([
      journal.append(request("cart|1", 1, ...addedMany(1, 3))),
      journal.append(request("cart|2", 1, ...addedMany(1, 1))),
    ]);
    await close();
    await writeFile(fixture.path("cart.js"), cartModule);
    await rename(fixture.path("store"), fixture.path("data"));
    const inFolder = (word: string): string => (/^(data|copy|saved|cart\.js)$/.test(word) ? fixture.path(word) : word);
    expect(examples()).to.have.length.above(5);
    for (const [command, expected] of examples()) {
      const { stdout, stderr } = await runCli(...command.split(" ").map(inFolder));
      const printed = (stdout + stderr).replaceAll(`${fixture.path()}/`, "");
      const pattern = expected.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", "\\S+");
      expect(printed, command).to.match(new RegExp(`^${pattern}$`));
    }
  });
});
