/**
 * A life of the shop: goes on with the checkout that was cut off, then has one of its own, and is killed at one of its writes:
 * `node checkout-shop.js FOLDER PLAN`, with the plan as JSON. Says `done` and how many writes its checkout took if it is not.
 */
import process from "node:process";
import { ActorSystem, type Storage } from "rekindle";
import { levelStorage } from "rekindle/level";
import { runProjection } from "rekindle/projection";
import { cart } from "#src/demo/cart.js";
import { checkout } from "#src/demo/checkout.js";
import { type CheckoutPlan, itemsOf } from "./checkout-plan.js";

const [folder = "", text = ""] = process.argv.slice(2);
const plan: CheckoutPlan = JSON.parse(text);
let armed = plan.again;
let steps = 0;

/** Carries a write out, and ends the process before or after it when its turn has come. */
async function step<T>(write: () => Promise<T>, persistenceId?: string): Promise<T> {
  const counts = armed && (plan.of ?? persistenceId) === persistenceId;
  const last = counts && ++steps === plan.step;
  if (last && plan.death === "before") process.kill(process.pid, "SIGKILL");
  const result = await write();
  if (last) process.kill(process.pid, "SIGKILL");
  return result;
}

/** `target`, with `replaced` in place of one method. */
function replacing<T extends object>(target: T, method: keyof T, replaced: unknown): T {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = key === method ? replaced : Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function dying(storage: Storage): Storage {
  return {
    description: storage.description,
    async open(context) {
      const store = await storage.open(context);
      const { journal, views } = store;
      const append: typeof journal.append = async (request) => {
        const charges = request.persistenceId === `payment|${plan.cart}` && plan.kind === "reopened by the customer";
        if (charges) await ref.ask({ type: "ReopenCart", reason: "on second thoughts" }, { commandId: "reopen" });
        return step(() => journal.append(request), request.persistenceId);
      };
      if (!views) throw new Error("the store keeps no views");
      const commit: typeof views.commit = (given) => step(() => views.commit(given));
      const replaced = {
        journal: replacing(journal, "append", append),
        views: replacing(views, "commit", commit),
      };
      return { ...replaced, snapshots: store.snapshots, maintenance: store.maintenance, close: () => store.close() };
    },
  };
}

const system = await ActorSystem.create("crash", { storage: dying(levelStorage(folder)), askTimeoutMs: 60_000 });
const ref = system.entityRef(cart, plan.cart);
const running = runProjection(system, checkout);
const wait = { timeoutMs: 60_000 };
await running.waitFor(system.readJournal.currentOffset(), wait);
for (const item of itemsOf(plan)) await ref.ask(item);
if (!armed) steps = 0;
armed = true;
const { offset } = await ref.askWithOffset({ type: "Checkout" });
await running.waitFor(offset, wait);
process.stdout.write(`done ${steps}\n`);
armed = false;
await system.terminate();
