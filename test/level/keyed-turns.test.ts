/** One task of a key after the other. */
import { expect } from "chai";
import { KeyedTurns } from "#src/level/commit/keyed-turns.js";
import { rejection } from "./store-fixture.ts";

describe("turns by key", () => {
  it("run one after the other, also after one that failed, and apart from those of other keys", async () => {
    const turns = new KeyedTurns();
    const log: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const failing = turns.run("a", async () => {
      await held;
      log.push("a1");
      throw new Error("a1 failed");
    });
    const next = turns.run("a", async () => log.push("a2"));
    const error = rejection(failing);
    await turns.run("b", async () => log.push("b1"));
    release();
    expect(await error).to.have.property("message", "a1 failed");
    await next;
    expect(log).to.deep.equal(["b1", "a1", "a2"]);
  });

  it("tell when a key has none left", async () => {
    const turns = new KeyedTurns();
    expect(turns.whenIdle("a")).to.equal(undefined);
    const failing = rejection(turns.run("a", () => Promise.reject(new Error("failed"))));
    await turns.whenIdle("a");
    await failing;
    expect(turns.whenIdle("a")).to.equal(undefined);
  });
});
