/** The door `rekindle/tck`: the suites that every storage and every place for read models must pass. */
export type { TestRunner } from "./tck/runner.ts";
export { type StorageCapabilities, storageTck } from "./tck/storage-tck.ts";
export { type OpenViews, viewTck } from "./tck/view-tck.ts";
