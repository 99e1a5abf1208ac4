/** The public face of the package: its doors, each reachable by import and by require. */
import { createRequire } from "node:module";
import { expect } from "chai";
import { doors, manifest, specifierOf } from "./support/project.ts";

const require = createRequire(import.meta.url);

describe("package", () => {
  it("has one subpath per door, its own manifest, and nothing else", () => {
    const expected = Object.fromEntries(
      doors().map((door) => [
        door === "index" ? "." : `./${door}`,
        { types: `./dist/${door}.d.ts`, default: `./dist/${door}.js` },
      ]),
    );
    expect(manifest().exports).to.deep.equal({ ...expected, "./package.json": "./package.json" });
  });

  for (const door of doors()) {
    const specifier = specifierOf(door);

    it(`${specifier} can be imported`, async () => {
      expect(Object.keys(await import(specifier))).to.not.be.empty;
    });

    it(`${specifier} can be required, so it has no top-level await`, async () => {
      const exported = await import(specifier);
      expect(Object.keys(require(specifier))).to.include.members(Object.keys(exported));
    });
  }
});
