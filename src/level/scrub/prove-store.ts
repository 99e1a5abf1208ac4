/** A full scrub that throws the first fault. */
import { StorageCorruptedError } from "../../errors.ts";
import type { VerificationReport } from "../../storage/maintenance.ts";
import type { StorePlace } from "../files/read-file.ts";
import { proofStep } from "../level-storage-options.ts";
import type { VerifiedDatabase } from "../opening/open-verified.ts";
import { verifyStore } from "./verify-store.ts";

/** @throws StorageCorruptedError */
export async function proveStore(
  { db, highestOffset }: VerifiedDatabase,
  place: StorePlace,
): Promise<VerificationReport> {
  const report = await verifyStore({ db, ...place, step: proofStep, highestOffset });
  const [fault] = report.faults;
  if (fault) throw new StorageCorruptedError(place.location, fault.where, fault.problem);
  return report;
}
