/** The door `rekindle/tck`: the suite that every storage must pass. */
export type { TestRunner } from "./tck/runner.ts";
export { type StorageCapabilities, storageTck } from "./tck/storage-tck.ts";
