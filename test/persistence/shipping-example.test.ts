/** docs/deliveries.md: its code is that of a file which is compiled and run here. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { ActorSystem } from "rekindle";
import { temporaryFolder } from "../support/every-storage.ts";
import { openShop, order, warehouse } from "./shipping-example.ts";

describe("docs/deliveries.md", () => {
  const folder = temporaryFolder();

  it("shows exactly the code that is compiled and run, and links to files that exist", async () => {
    const page = await readFile("docs/deliveries.md", "utf8");
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    expect(blocks).to.deep.equal([await readFile("test/persistence/shipping-example.ts", "utf8")]);
    for (const [, target = ""] of page.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await readFile(join("docs", target)).catch(() => expect.fail(`${target} does not exist`));
    }
  });

  it("ships every order once, and confirms it", async () => {
    const system = await openShop(join(folder, "once"));
    const confirmed = confirmations(system, 3);
    for (const id of ["1", "2", "3"]) await system.entityRef(order, id).ask({ type: "Place", sku: "banana" });
    expect((await confirmed).sort()).to.deep.equal(["1", "2", "3"]);
    const shipped = await system.entityRef(warehouse, "warehouse").ask({ type: "Shipped" });
    expect(shipped).to.deep.equal(["1", "2", "3"]);
    await system.terminate();
  });

  it("ships after a restart what was placed while the warehouse was out of reach", async () => {
    const before = await openShop(join(folder, "later"));
    // Whoever holds its persistence id keeps the warehouse from being activated.
    before.spawn(warehouse, "warehouse");
    await before.entityRef(order, "1").ask({ type: "Place", sku: "banana" });
    await before.terminate();
    const after = await openShop(join(folder, "later"));
    expect(await confirmations(after, 1)).to.deep.equal(["1"]);
    expect(await after.entityRef(warehouse, "warehouse").ask({ type: "Shipped" })).to.deep.equal(["1"]);
    await after.terminate();
  });
});

/** The orders whose deliveries are confirmed next. */
function confirmations(system: ActorSystem, count: number): Promise<string[]> {
  const ids: string[] = [];
  return new Promise((resolve) => {
    system.eventStream.of(order).subscribe(({ entityId, event }) => {
      if (event.type === "DeliveryConfirmed") ids.push(entityId);
      if (ids.length === count) resolve(ids);
    });
  });
}
