/** The story of a crash, told with a worker that lies: `node lying-story.js SCRIPT FOLDER`. */

import process from "node:process";
import { Screen } from "#src/demo/screen.js";
import { runStory } from "#src/demo/story.js";

const [script = "", folder = ""] = process.argv.slice(2);
const worker = new URL("./lying-worker.js", import.meta.url);
process.exitCode = await runStory({ script, folder, screen: new Screen(), worker });
