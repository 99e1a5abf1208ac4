/** Every number of docs/performance.md is one that a command printed. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { root } from "../support/project.ts";
import { documents } from "./reference.ts";

describe("docs/performance.md", () => {
  it("and its charts are what the stored reference run says (npm run bench:docs)", async () => {
    for (const [path, text] of await documents()) {
      expect((await readFile(new URL(path, root), "utf8")) === text, path).to.equal(true);
    }
  });

  it("names in its prose no figure that is not in the run", async () => {
    const page = await readFile(new URL("docs/performance.md", root), "utf8");
    const prose = page.replace(/<!-- ([\w-]+) -->.*?<!-- \/\1 -->/gs, "");
    expect(prose.match(/\d[\d,.]*\s*(?:commands\/s|events\/s|µs|MiB\/s)/g)).to.equal(null);
  });
});
