/** Takes a CPU profile of the measured part of a trial, when the trial's environment names a file for it. */
import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";
import { env } from "node:process";

/** The environment variable with the file for the profile. */
export const profileVariable = "REKINDLE_BENCH_PROFILE";

const samplingIntervalUs = 200;

export async function whileProfiled<T>(work: () => Promise<T>): Promise<T> {
  const file = env[profileVariable];
  if (file === undefined) return work();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: samplingIntervalUs });
  await session.post("Profiler.start");
  const result = await work();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  await writeFile(file, JSON.stringify(profile));
  return result;
}
