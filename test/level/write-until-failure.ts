/** A program that writes until the disk refuses, goes on when the store is back, and says what was acknowledged and how it went. */
import process, { argv } from "node:process";
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";

/** What the program says. */
export interface FailureReport {
  readonly acknowledged: number;
  /** What the host was told, in order. */
  readonly told: readonly string[];
  readonly appendCode: string;
  readonly nextCode: string;
  /** The sequence number after the outage. */
  readonly highestAfter: number;
  /** How many more were acknowledged after the outage. */
  readonly acknowledgedAfter: number;
}

const appendsAfter = 20;

async function run(location: string): Promise<FailureReport> {
  const told: string[] = [];
  const onFailure = (error: Error): number => told.push(codeOf(error));
  const onRecovered = (): number => told.push("recovered");
  const { journal, close } = await levelStorage(location).open({ clock: systemClock, onFailure, onRecovered });
  const payload = JSON.stringify({ type: "Added", text: "x".repeat(1_000) });
  const event = { type: "Added", version: 1, timestamp: 1, tags: [], metadata: undefined, payload };
  const stream = { entityType: "cart", persistenceId: "cart|1", entityId: "1", events: [event] };
  let acknowledged = 0;
  const append = (): Promise<number> => journal.append({ ...stream, sequenceNr: acknowledged + 1 });
  const appendCode = await failureOf(async () => {
    while (acknowledged < 10_000) {
      await append();
      acknowledged++;
    }
  });
  const nextCode = await failureOf(append);
  const highestAfter = await journal.highestSequenceNr("cart|1");
  let acknowledgedAfter = 0;
  for (; acknowledgedAfter < appendsAfter; acknowledgedAfter++) {
    await journal.append({ ...stream, sequenceNr: highestAfter + 1 + acknowledgedAfter });
  }
  await close();
  return { acknowledged, told, appendCode, nextCode, highestAfter, acknowledgedAfter };
}

async function failureOf(work: () => Promise<unknown>): Promise<string> {
  return work().then(() => "none", codeOf);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? `${error.code}: ${error.message}` : String(error);
}

run(String(argv[2])).then(
  (report) => process.send?.(report),
  (error: unknown) => process.send?.({ appendCode: codeOf(error) }),
);
