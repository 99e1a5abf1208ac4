/** The door of the LevelDB backend: durable storage in a folder, and the tools for it. */
export type { StoreInfo } from "./level/copying/inspect-store.ts";
export { inspectStore } from "./level/copying/inspect-store.ts";
export { assertStore } from "./level/copying/use-store.ts";
export { levelStorage } from "./level/level-storage.ts";
export type { LevelStorageOptions } from "./level/level-storage-options.ts";
export { exportStore, importStore, salvageStore } from "./level/level-tools.ts";
export type { SalvageReport } from "./level/salvage/salvage-store.ts";
