/** What a disk does to a writer in one plan of random outages, drawn from a seed: the same seed is the same plan. */
import { dice } from "./plan.js";

type Draw = (bound: number) => number;

/** For some time calls on chosen files fail. */
export interface Episode {
  /** Lines of the preloaded library, see disk-faults.c. */
  readonly rules: readonly string[];
  readonly illMs: number;
  /** How long the disk is well before it. */
  readonly wellMs: number;
}

/**
 * How the writer ends:
 *
 * - `finish`: with a disk that is well, after every entity has answered again.
 * - `terminate while ill`: it is told to while calls may still fail.
 * - `kill while ill`, `kill when well`: kill -9.
 */
export type StormEnd = "finish" | "terminate while ill" | "kill while ill" | "kill when well";

/** One plan. */
export interface StormPlan {
  /** Whether the disk is ill from the writer's first call on, so that its opening may be cut short. */
  readonly illAtStart: boolean;
  readonly episodes: readonly Episode[];
  readonly end: StormEnd;
  /** How long after the last episode began, or ended, the writer is killed. */
  readonly killAfterMs: number;
}

const operations = ["write", "write", "write", "short-write", "sync", "sync", "open", "rename"] as const;
const files = [".log", ".log", ".log", "/store/", "/store/", ".ldb", "MANIFEST", "CURRENT", "high-water", "owner"];
const ends: readonly StormEnd[] = [
  "finish",
  "finish",
  "finish",
  "kill while ill",
  "kill when well",
  "terminate while ill",
];

/** @param n the number of the plan */
export function stormPlan(seed: number, n: number): StormPlan {
  const draw = dice(seed, n, -3);
  return {
    illAtStart: draw(5) === 0,
    episodes: Array.from({ length: 1 + draw(3) }, () => episode(draw)),
    end: ends[draw(ends.length)] ?? "finish",
    killAfterMs: draw(250),
  };
}

function episode(draw: Draw): Episode {
  const rules = Array.from({ length: 1 + draw(3) }, () => {
    const skip = draw(2) === 0 ? 0 : draw(12);
    // 0 lasts until the disk is well again.
    const times = draw(3) === 0 ? 0 : 1 + draw(4);
    const error = draw(2) === 0 ? "ENOSPC" : "EIO";
    return `${pick(draw, operations)} ${error} ${pick(draw, files)} ${skip} ${times}`;
  });
  return { rules, illMs: 20 + draw(350), wellMs: draw(250) };
}

function pick<T extends string>(draw: Draw, choices: readonly T[]): T {
  return choices[draw(choices.length)] ?? (choices[0] as T);
}
