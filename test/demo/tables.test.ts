/** The read models of the demo: what they say, before and after they are rebuilt. */
import { expect } from "chai";
import { ActorSystem } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type RunningProjection, runProjection } from "rekindle/projection";
import { sqliteViews } from "rekindle/sqlite";
import { ManualClock } from "rekindle/testkit";
import { type CartCommand, cart } from "#src/demo/cart.js";
import { columnsOf } from "#src/demo/columns.js";
import { readModels } from "#src/demo/read-models.js";
import { tablesOf } from "#src/demo/tables.js";

const hourMs = 3_600_000;

describe("the tables of the demo", () => {
  it("follow every kind of event, fit the screen, and are the same when they are rebuilt", async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1, 9, 59));
    const system = await ActorSystem.create("shop", { storage: memoryStorage(), clock });
    const views = sqliteViews(":memory:");
    const models: RunningProjection[] = readModels(views).map((model) => runProjection(system, model));
    const tell = async (id: string, ...commands: CartCommand[]): Promise<void> => {
      for (const command of commands) await system.entityRef(cart, id).ask(command);
    };
    const add = (sku: string, quantity: number, price = 1_000): CartCommand => ({
      type: "AddItem",
      sku,
      quantity,
      price,
    });
    await tell("1", add("tea", 1), add("tea", 2), add("soap", 5), { type: "RemoveItem", sku: "soap" });
    await tell("1", { type: "Checkout" }, { type: "ConfirmCheckout", checkout: 5 });
    await clock.advance(hourMs);
    await tell("장바구니", add("바나나", 9, 70_000), { type: "ChangeQuantity", sku: "바나나", quantity: 2 });
    await tell("장바구니", { type: "CorrectPrice", sku: "바나나", price: 7_000, reason: "a zero too many" });
    await tell("2", add("tea", 1), { type: "Checkout" }, { type: "ConfirmCheckout", checkout: 2 });
    await tell("3", add("tea", 1), { type: "Checkout" }, { type: "ConfirmCheckout", checkout: 2 });
    await tell("4", add("x".repeat(90), 1), { type: "Checkout" }, { type: "ReopenCart", reason: "out of stock" });
    const end = system.readJournal.currentOffset();
    for (const model of models) await model.waitFor(end);

    const lines = tablesOf(views);
    const told = lines.map((line) => line.trim().replace(/ {2,}/g, " | "));
    expect(told).to.deep.equal([
      "",
      "popular items | carts | pieces",
      "tea | 3 | 5",
      "바나나 | 1 | 2",
      `${"x".repeat(45)}… | 1 | 1`,
      "",
      "sales per hour (UTC) | carts | total",
      "2026-01-01 10:00 | 2 | ₩2,000",
      "2026-01-01 09:00 | 1 | ₩3,000",
      "",
      "open carts | items | total",
      "장바구니 | 1 | ₩14,000",
      "4 | 1 | ₩1,000",
    ]);
    expect(new Set(lines.map(columnsOf))).to.deep.equal(new Set([0, 78]));

    for (const model of models) await model.rebuild();
    expect(tablesOf(views)).to.deep.equal(lines);
    await system.terminate();
    views.close();
  });
});
