/** A process that is killed between the moment an event is durable and the answer: `node dies-after-commit.js FOLDER`. Says what is answered. */
import process from "node:process";
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { alteredStorage } from "../support/altered-storage.js";
import { note, notebook } from "../support/notebook.js";

const [, , folder = ""] = process.argv;
let commits = 0;

const storage = alteredStorage(levelStorage(folder), {
  journal: (journal) => ({
    async append(request) {
      const offset = await journal.append(request);
      if (++commits === 3) process.kill(process.pid, "SIGKILL");
      return offset;
    },
  }),
});

const system = await ActorSystem.create("dies", { storage });
const ref = system.entityRef(notebook(), "1");
for (const word of "abcd") {
  const count = await ref.ask(note(word));
  process.stdout.write(`${count}\n`);
}
