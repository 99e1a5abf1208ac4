/** The maintenance of the simulated store: there is none, and no simulated process asks for it. */
import { StorageFailedError } from "rekindle";
import type { Maintenance } from "#src/storage/maintenance.js";
import { simulatedLocation } from "./store-in-use.ts";

async function refused(): Promise<never> {
  throw new StorageFailedError(simulatedLocation, "maintaining", new Error("the simulation does not do it"));
}

export const simulatedMaintenance: Maintenance = { verify: refused, backup: refused, purge: refused };
