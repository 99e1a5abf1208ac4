/** Opens the store of the demo. */
import { setTimeout as wait } from "node:timers/promises";
import { ActorSystem, StorageLockedError } from "rekindle";
import { levelStorage } from "rekindle/level";

/** A process that has just been killed may hold the store for a moment longer: how long to wait for it. */
const lockedMs = 2_000;
const retryMs = 50;

/** How long a cart may take to answer; beyond it something is wrong with the disk. */
const askTimeoutMs = 30_000;

/** @throws StorageLockedError when another process keeps the store, and whatever else opening it throws */
export async function openShop(folder: string): Promise<ActorSystem> {
  const deadline = Date.now() + lockedMs;
  for (;;) {
    try {
      return await ActorSystem.create("shop", { storage: levelStorage(folder), askTimeoutMs });
    } catch (error) {
      if (!(error instanceof StorageLockedError) || Date.now() > deadline) throw error;
      await wait(retryMs);
    }
  }
}
