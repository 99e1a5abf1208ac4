/** The exported names of every door: a change of them is a change of the golden file, seen in review. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { doors, specifierOf } from "./support/project.ts";
import { exportsOf, goldenFile, publicApi } from "./support/public-api.ts";

describe("public API", () => {
  it("is what the golden file says (npm run api:update, then review the difference)", () => {
    expect(publicApi()).to.equal(readFileSync(goldenFile, "utf8"));
  });

  for (const door of doors()) {
    it(`${specifierOf(door)} exports the listed values when it runs, no fewer and no more`, async () => {
      const section = publicApi()
        .split("\n\n")
        .find((text) => text.split("\n")[0] === specifierOf(door));
      const listed = [...(section ?? "").matchAll(/^ {2}value (.+)$/gm)].map((match) => match[1]);
      expect(Object.keys(await import(specifierOf(door)))).to.have.members(listed);
    });
  }

  it("tells types from values, and takes the name behind `as`", () => {
    const source = `
      // export { commented } from "./out.ts";
      export type { Clock } from "./clock.ts";
      export { cell as actorCell, type Ref } from "./actor/ref.ts";`;
    expect(exportsOf(source)).to.deep.equal(["type Clock", "type Ref", "value actorCell"]);
  });
});
