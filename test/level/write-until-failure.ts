/** A program that writes until the disk refuses, and says what was acknowledged and how it ended. */

/** A program that writes until the disk refuses, and says what was acknowledged and how it ended. */
import process, { argv } from "node:process";
import { levelStorage } from "rekindle/level";
import { systemClock } from "#src/clock.js";

/** What the program says. */
export interface FailureReport {
  readonly acknowledged: number;
  readonly reported: readonly string[];
  readonly appendCode: string;
  readonly nextCode: string;
  readonly readCode: string;
  readonly otherStream: number;
}

async function run(location: string): Promise<FailureReport> {
  const reported: string[] = [];
  const onFailure = (error: Error): number => reported.push(codeOf(error));
  const { journal, close } = await levelStorage(location).open({ clock: systemClock, onFailure });
  const payload = JSON.stringify({ type: "Added", text: "x".repeat(1_000) });
  const event = { type: "Added", version: 1, timestamp: 1, tags: [], metadata: undefined, payload };
  const stream = { entityType: "cart", events: [event] };
  await journal.append({ ...stream, persistenceId: "cart|quiet", entityId: "quiet", sequenceNr: 1 });
  let acknowledged = 0;
  const append = (): Promise<number> =>
    journal.append({ ...stream, persistenceId: "cart|1", entityId: "1", sequenceNr: acknowledged + 1 });
  const appendCode = await failureOf(async () => {
    while (acknowledged < 10_000) {
      await append();
      acknowledged++;
    }
  });
  const nextCode = await failureOf(append);
  const readCode = await failureOf(async () => {
    for await (const _ of journal.read("cart|1"));
  });
  let otherStream = 0;
  for await (const batch of journal.read("cart|quiet")) otherStream += batch.length;
  await close();
  return { acknowledged, reported, appendCode, nextCode, readCode, otherStream };
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
