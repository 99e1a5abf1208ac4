/** docs/demo.md: its code is that of the demo, its commands exist. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";

describe("docs/demo.md", () => {
  it("shows the code that runs, and links to files that exist", async () => {
    const page = await readFile("docs/demo.md", "utf8");
    const [block, ...others] = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? "");
    expect(others).to.deep.equal([]);
    expect(block).to.match(/^export const checkout/);
    expect((await readFile("src/demo/checkout.ts", "utf8")).endsWith(block ?? "")).to.equal(true);
    for (const [, target = ""] of page.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await readFile(join("docs", target)).catch(() => expect.fail(`${target} does not exist`));
    }
  });
});
