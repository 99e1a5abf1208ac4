/** The door of the LevelDB backend: durable storage in a folder. */
export { levelStorage } from "./level/level-storage.ts";
export type { LevelStorageOptions } from "./level/level-storage-options.ts";
