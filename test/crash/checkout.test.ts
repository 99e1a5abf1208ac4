/** The checkout of the demo charges once, whichever of its writes is the last of its process. */
import { join } from "node:path";
import { expect } from "chai";
import { openShop } from "#src/demo/open-shop.js";
import { payment } from "#src/demo/payment.js";
import { temporaryFolder } from "../support/every-storage.ts";
import { type CheckoutPlan, planOf } from "./checkout-plan.js";
import { audit, live } from "./checkout-rounds.js";

/** The money is taken, and nobody has heard of it; a shelf has its pieces back; the cart is not told yet; the refund is on its way. */
const telling: readonly CheckoutPlan[] = [
  { ...planOf(0), of: "payment|c0", step: 1, death: "after" },
  { ...planOf(1), of: "stock|tea of c1", step: 2, death: "after" },
  { ...planOf(2), of: "cart|c2", step: 2, death: "before" },
  { ...planOf(3), of: "payment|c3", step: 2, death: "after" },
];

describe("the checkout of the demo, through kill -9", function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  it("charges once, leaves the shelves right, and every cart paid or open", async () => {
    const store = join(folder, "shop");
    for (const plan of telling) expect(await live(store, plan), JSON.stringify(plan)).to.equal(undefined);
    expect(await audit(store, telling)).to.deep.equal({ paid: 1, refunded: 1, open: 2, faults: [] });

    const system = await openShop(store);
    await system.entityRef(payment, "c0").ask({ type: "Charge", amount: 1 });
    await system.terminate();
    const { faults } = await audit(store, telling);
    expect(faults, "would be noticed").to.deep.equal(["cart c0, paid: paid, and Charged 2500, Charged 1"]);
  });
});
