/** A process that loads rekindle and opens the store in the folder it is given. */
import process from "node:process";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";

const system = await ActorSystem.create("start", { storage: levelStorage(process.argv[2] ?? "") });
process.stdout.write("ready\n");
await system.terminate();
