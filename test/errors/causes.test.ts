/** What caused an error, however it goes on. */
import { expect } from "chai";
import { causesOf } from "#src/errors/causes.js";
import { StorageFullError } from "#src/errors.js";
import { rootFailure } from "#src/projection/command-outcome.js";

describe("the causes of an error", () => {
  it("begin with the error itself", () => {
    const inner = new Error("inner");
    const outer = new Error("outer", { cause: inner });
    expect(causesOf(outer)).to.deep.equal([outer, inner]);
    expect(causesOf("text")).to.deep.equal([]);
  });

  it("come to an end when they go round in a circle", () => {
    const circle = new Error("circle");
    circle.cause = new Error("and back", { cause: circle });
    expect(causesOf(circle)).to.have.length(16);
    expect(rootFailure(circle)).to.equal(circle);
  });

  it("tell a process which failure of the store is behind an error", () => {
    const full = new StorageFullError("level:data", new Error("ENOSPC"));
    expect(rootFailure(new Error("asking", { cause: full }))).to.equal(full);
  });
});
