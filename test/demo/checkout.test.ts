/** The checkout of the demo, without a crash: what it does, and what it takes back. */
import { expect } from "chai";
import { ActorSystem } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type RunningProjection, runProjection } from "rekindle/projection";
import { type FaultyStorage, faultyStorage } from "rekindle/testkit";
import { type CartSummary, cart } from "#src/demo/cart.js";
import { checkout } from "#src/demo/checkout.js";
import { paymentMax } from "#src/demo/payment.js";
import { shelfPieces } from "#src/demo/stock.js";
import { eventually } from "../support/waiting.ts";

describe("the checkout of the demo", () => {
  let storage: FaultyStorage;
  let system: ActorSystem;
  let running: RunningProjection;

  beforeEach(async () => {
    storage = faultyStorage(memoryStorage());
    system = await ActorSystem.create("shop", { storage });
    running = runProjection(system, checkout);
  });

  afterEach(() => system.terminate());

  async function buy(quantity: number, price: number, meanwhile?: () => Promise<void>): Promise<CartSummary> {
    const ref = system.entityRef(cart, "42");
    await ref.ask({ type: "AddItem", sku: "tea", quantity: 1, price });
    await ref.ask({ type: "AddItem", sku: "rice", quantity, price });
    const { offset } = await ref.askWithOffset({ type: "Checkout" });
    await meanwhile?.();
    await running.waitFor(offset);
    return await ref.ask({ type: "GetCart" });
  }

  /** What the shelves and the card have been told, in that order. */
  async function told(): Promise<string[]> {
    const words: string[] = [];
    for await (const { entityType, entityId, event } of system.readJournal.events()) {
      if (entityType !== "cart") words.push(`${entityId}: ${Object.values(event as object).join(" ")}`);
    }
    return words;
  }

  it("reserves, charges, and tells the cart that it is paid", async () => {
    expect(await buy(2, 500)).to.deep.include({ paid: true, total: 1_500 });
    expect(await told()).to.deep.equal(["tea: Reserved 1", "rice: Reserved 2", "42: Charged 1500"]);
  });

  it("gives back what it had reserved when a shelf is short, and reopens the cart", async () => {
    expect(await buy(shelfPieces + 1, 500)).to.deep.include({ paid: false, checkedOut: false });
    expect(await told()).to.deep.equal(["tea: Reserved 1", "tea: Released 1"]);
  });

  it("gives everything back when the card refuses", async () => {
    expect(await buy(1, paymentMax)).to.deep.include({ paid: false, checkedOut: false });
    expect(await told()).to.deep.equal(["tea: Reserved 1", "rice: Reserved 1", "rice: Released 1", "tea: Released 1"]);
  });

  it("refunds when the cart was reopened meanwhile, and leaves its next checkout alone", async () => {
    storage.hold("append", "payment|42");
    const found = await buy(1, 500, async () => {
      await eventually("it waits for the card", () => system.readJournal.currentOffset() === 5);
      const ref = system.entityRef(cart, "42");
      await ref.ask({ type: "ReopenCart", reason: "on second thoughts" });
      await ref.ask({ type: "RemoveItem", sku: "rice" });
      await ref.ask({ type: "Checkout" });
      storage.release("append", "payment|42");
    });
    expect(found).to.deep.include({ checkedOut: true, total: 500 });
    await running.waitFor(system.readJournal.currentOffset());
    expect((await told()).slice(2, 4)).to.deep.equal(["42: Charged 1000", "42: Refunded 1000"]);
    expect((await told()).at(-1)).to.equal("42: Charged 500");
    expect(await system.entityRef(cart, "42").ask({ type: "GetCart" })).to.include({ paid: true, total: 500 });
  });
});
