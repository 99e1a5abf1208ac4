/** docs/errors.md has a heading for every code, in the words of the class; and for nothing else. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { readSources, root } from "./support/project.ts";

/** What the documentation says of a class in one sentence. */
interface Entry {
  readonly code: string;
  readonly name: string;
  readonly sentence: string;
}

function declared(): Entry[] {
  const sources = [...readSources("src")].filter(
    ([path]) => path === "src/errors.ts" || path.startsWith("src/errors/"),
  );
  return sources.flatMap(([, source]) =>
    [
      ...source.matchAll(
        /\/\*\* ([^*]+) \*\/\nexport class (\w+) extends[\s\S]*?readonly code(?:: string)? = "([A-Z_]+)"/g,
      ),
    ].map(([, sentence = "", name = "", code = ""]) => ({ code, name, sentence })),
  );
}

describe("docs/errors.md", () => {
  const page = readFileSync(new URL("docs/errors.md", root), "utf8");
  const headings = [...page.matchAll(/^## (\w+)\n\n`(\w+)`\. (.+)$/gm)].map(([, code, name, sentence]) => ({
    code,
    name,
    sentence,
  }));
  const byCode = (one: { code?: string | undefined }, other: { code?: string | undefined }): number =>
    String(one.code) < String(other.code) ? -1 : 1;

  it("has every code with its class and its sentence, and no other", () => {
    const classes = declared();
    expect(classes.map(({ name }) => name)).to.include.members([
      "AskTimeoutError",
      "UpcastFailedError",
      "ValidationError",
    ]);
    expect(headings.sort(byCode)).to.deep.equal(classes.sort(byCode));
  });

  it("is left out by no class", async () => {
    const exported = Object.entries(await import("rekindle"));
    const errors = exported
      .filter(([name]) => name.endsWith("Error") && name !== "RekindleError")
      .map(([name]) => name);
    expect(errors.length).to.be.at.least(20);
    for (const name of errors) expect(headings.map((heading) => heading.name)).to.include(name);
  });
});
