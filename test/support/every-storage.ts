/** The storages that a promise is tried on: one in memory, one on a disk. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Storage } from "rekindle";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";

/** A folder that is removed after the last test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rekindle-test-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Declares the same tests once for each storage; every call of `newStorage` makes an empty one. */
export function onEveryStorage(declare: (newStorage: () => Storage) => void): void {
  describe("on memoryStorage", () => declare(memoryStorage));
  describe("on levelStorage", () => {
    const folder = temporaryFolder();
    let stores = 0;
    declare(() => levelStorage(join(folder, String(++stores))));
  });
}
