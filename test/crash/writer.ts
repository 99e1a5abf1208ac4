/**
 * The process that is killed: `node writer.js FOLDER SEED ROUND`. Recovers every cart, then writes with many commands in flight, and says
 * on its standard output what it begins (`recovering`, `snapshot`) and what it was told (`ack N REVISION TOTAL`).
 */

import process from "node:process";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { type CartCommand, type CartSummary, cart } from "#src/demo/cart.js";
import { CartError } from "#src/demo/cart-error.js";
import { cartsMax, commandOf, commandsMax } from "./plan.js";

const inFlightMax = 96;

const [folder = "", seed = "", round = ""] = process.argv.slice(2);
const system = await ActorSystem.create("crash", { storage: levelStorage(folder), askTimeoutMs: 60_000 });

say("recovering");
const carts = Array.from({ length: cartsMax }, (_, n) => system.entityRef(cart, `cart ${n}`));
await Promise.all(carts.map((ref) => ref.ask({ type: "GetCart" })));

let n = 0;
await Promise.all(Array.from({ length: inFlightMax }, writeOn));
say("done");
// To be killed here, at the latest; nobody waits longer than this.
setTimeout(() => process.exit(), 60_000);

async function writeOn(): Promise<void> {
  while (n < commandsMax) await write(n++);
}

async function write(number: number): Promise<void> {
  const { cart: id, command } = commandOf(Number(seed), Number(round), number);
  if (command.type === "SaveSnapshot") say("snapshot");
  const metadata = { round: Number(round), n: number };
  try {
    const answer = await system.entityRef(cart, id).ask<CartSummary | undefined>(command as CartCommand, { metadata });
    if (answer) say(`ack ${number} ${answer.revision} ${answer.total}`);
  } catch (error) {
    if (!(error instanceof CartError)) throw error;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
