/** Another process that opens the sample's store and prints the basket: `node print-basket.js FOLDER`. */

import process from "node:process";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { basket } from "./korean-basket.js";

const [folder = ""] = process.argv.slice(2);
const system = await ActorSystem.create("sample", { storage: levelStorage(folder) });
const { count } = await system.spawn(basket(), "persistentActor").ask({ type: "print" });
await system.terminate();
process.stdout.write(`${count}\n`);
