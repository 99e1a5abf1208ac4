/** The process of one trial: takes the trial and a folder as arguments, and says what it measured as a line of JSON. */
import process from "node:process";
import { runWorkload, type Trial } from "./workloads.ts";

const [trial = "", folder = ""] = process.argv.slice(2);
const figures = await runWorkload(JSON.parse(trial) as Trial, folder);
process.stdout.write(`${JSON.stringify(figures)}\n`);
