/** Runs until it is killed: writes sales and orders, and keeps views of them in the store of the events and in SQLite. Arguments: folder, seed. */
import { join } from "node:path";
import process from "node:process";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { runProjection } from "rekindle/projection";
import { sqliteViews } from "rekindle/sqlite";
import { checkout, order, stock } from "../projection/checkout-example.js";
import { till } from "../projection/till.js";
import { inEntries, inTables, orderOf, saleCommandOf, skusOfOrders, slicesOf } from "./projection-views.js";

const [, , folder = "", seedText = "0"] = process.argv;
const seed = Number(seedText);
const system = await ActorSystem.create("crash", { storage: levelStorage(join(folder, "store")) });
const views = sqliteViews(join(folder, "views.db"));
const begun = system.readJournal.currentOffset();

const running = [inEntries(slicesOf(seed)), inTables(views, slicesOf(seed + 1)), checkout].map((definition) =>
  runProjection(system, definition),
);
console.log("begun");
for (const sku of skusOfOrders) {
  await system.entityRef(stock, sku).ask({ type: "Deliver", quantity: 5 }, { commandId: `delivery ${seed}` });
}
if (seed % 5 === 0) running[seed % 2]?.rebuild().catch(() => undefined);
for (let n = 0; ; n++) {
  const { id, command } = saleCommandOf(begun + n);
  const asks: Promise<unknown>[] = [system.entityRef(till, id).ask(command)];
  if (n % 8 === 0) asks.push(system.entityRef(order, `${seed}-${n}`).ask(orderOf(begun + n)));
  await Promise.all(asks);
  if (n % 4 === 0) await running[n % 3]?.waitFor(1);
  console.log(n);
}
