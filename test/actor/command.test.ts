/** What messages are called in errors and events. */
import { expect } from "chai";
import { messageType } from "#src/actor/command.js";

describe("messageType", () => {
  for (const [message, type] of [
    [{ type: "AddItem", sku: "x" }, "AddItem"],
    [{ type: 7 }, "object"],
    [{}, "object"],
    [null, "object"],
    [undefined, "undefined"],
    [42, "number"],
    ["hello", '"hello"'],
    ["x".repeat(100), `"${"x".repeat(40)}"`],
  ] as const) {
    it(`calls ${JSON.stringify(message)?.slice(0, 40)} ${type.slice(0, 20)}`, () => {
      expect(messageType(message)).to.equal(type);
    });
  }
});
