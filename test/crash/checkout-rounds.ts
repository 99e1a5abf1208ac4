/** Kills the shop at the writes of its checkouts, life after life on one store, and holds money, shelves and carts against each other. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { ActorSystem } from "rekindle";
import { runProjection } from "rekindle/projection";
import { cart } from "#src/demo/cart.js";
import type { CartState } from "#src/demo/cart-state.js";
import { checkout } from "#src/demo/checkout.js";
import { openShop } from "#src/demo/open-shop.js";
import { type PaymentEvent, payment } from "#src/demo/payment.js";
import { shelfPieces, stock } from "#src/demo/stock.js";
import { type CheckoutPlan, kinds } from "./checkout-plan.js";

const shop = fileURLToPath(new URL("./checkout-shop.js", import.meta.url));

/** Lives through a plan. Resolves with the writes that the checkout took, or undefined when it was killed. */
export async function live(folder: string, plan: CheckoutPlan): Promise<number | undefined> {
  const child = spawn(process.execPath, [shop, folder, JSON.stringify(plan)], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const steps = /^done (\d+)\n$/.exec(out)?.[1];
  if (signal === "SIGKILL" && out === "") return undefined;
  if (code === 0 && steps !== undefined) return Number(steps);
  throw new Error(`${JSON.stringify(plan)}: the shop ended with ${code ?? signal}: ${out}${err}`);
}

/** How many carts came to which end, and whatever is wrong. */
export interface CheckoutAudit {
  readonly paid: number;
  readonly refunded: number;
  readonly open: number;
  readonly faults: readonly string[];
}

/** Lets the last checkout go on to its end, then looks at every cart of the plans. */
export async function audit(folder: string, plans: readonly CheckoutPlan[]): Promise<CheckoutAudit> {
  const system = await openShop(folder);
  try {
    const running = runProjection(system, checkout);
    await running.waitFor(system.readJournal.currentOffset(), { timeoutMs: 60_000 });
    const found = await Promise.all(plans.map((plan) => auditCart(system, plan)));
    const number = (end: string): number => found.filter((each) => each.end === end).length;
    const faults = found.flatMap((each) => each.faults);
    return { paid: number("paid"), refunded: number("refunded"), open: number("open"), faults };
  } finally {
    await system.terminate();
  }
}

async function auditCart(
  system: ActorSystem,
  { cart: id, kind }: CheckoutPlan,
): Promise<{ readonly end: string; readonly faults: readonly string[] }> {
  const { state } = await system.eventStore.find(cart, id);
  const money = await paymentsOf(system, id);
  const { lines, total, checkedOut, paid }: CartState = state;
  const faults: string[] = [];
  const fault = (what: string): unknown => faults.push(`cart ${id}, ${kind}: ${what}`);
  const refunded = money === `Charged ${total}, Refunded ${total}`;
  if (checkedOut && !paid) fault("its checkout has no end");
  if (paid ? money !== `Charged ${total}` : money !== "" && !refunded) fault(`${paid ? "paid" : "open"}, and ${money}`);
  // It is killed before the checkout is stored, or before the customer has thought again.
  const expected = kind === kinds[0] ? [true] : kind === kinds[3] ? [true, false] : [false];
  if (state.revision > 3 && !expected.includes(paid)) fault(paid ? "it must not be paid" : "it is not paid");
  for (const { sku, quantity } of lines) {
    const { state: left } = await system.eventStore.find(stock, sku);
    if (left !== shelfPieces - (paid ? quantity : 0)) fault(`${left} of ${sku} are left`);
  }
  return { end: paid ? "paid" : refunded ? "refunded" : "open", faults };
}

async function paymentsOf(system: ActorSystem, id: string): Promise<string> {
  const told: string[] = [];
  const { persistenceId } = system.entityRef(payment, id);
  for await (const { event } of system.readJournal.eventsByPersistenceId(persistenceId)) {
    const { type, amount } = event as PaymentEvent;
    told.push(`${type} ${amount}`);
  }
  return told.join(", ");
}
