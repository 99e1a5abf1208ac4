/** `npm run bench:docs`: puts the stored reference run into docs/performance.md and draws its charts. */
import { writeFile } from "node:fs/promises";
import { root } from "../support/project.ts";
import { documents } from "./reference.ts";

for (const [path, text] of await documents()) {
  await writeFile(new URL(path, root), text);
  console.log(path);
}
