/** A folder for one test, gone after it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Call inside `describe`; the function gives the folder of the test that is running. */
export function scratchFolder(): () => string {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}
