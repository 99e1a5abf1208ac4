/** docs/projections.md: its code is that of files which are compiled and run. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { temporaryFolder } from "../support/every-storage.ts";
import { main } from "./sales-example.ts";

describe("docs/projections.md", () => {
  const folder = temporaryFolder();

  it("shows exactly the code that is compiled and run, and links to files that exist", async () => {
    const page = await readFile("docs/projections.md", "utf8");
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    const files = ["sales", "checkout"].map((name) => readFile(`test/projection/${name}-example.ts`, "utf8"));
    expect(blocks).to.deep.equal(await Promise.all(files));
    for (const [, target = ""] of page.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await readFile(join("docs", target)).catch(() => expect.fail(`${target} does not exist`));
    }
  });

  it("counts, and counts on", async () => {
    expect(await main(folder)).to.equal(3);
    expect(await main(folder)).to.equal(6);
  });
});
