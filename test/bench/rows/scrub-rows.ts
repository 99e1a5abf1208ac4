/** What it takes to prove a store: opening it, and scrubbing it. */
import type { ScrubbedStore } from "../workloads/scrub.ts";
import { absolute, ours, type Row, ratePerSecond } from "./row.ts";
import { countOf, type Scale } from "./scale.ts";

const byClock = { ...ratePerSecond, unit: "events/s" };
const byCpu = { figure: "perCpuSecond", unit: "events/s of CPU", digits: 0 };
const openMs = { figure: "openMs", unit: "ms to open", digits: 0 };

const scrubbedPerSecond = 200_000;
const openedWithinMs = 2_000;

export function scrubRows(scale: Scale): Row[] {
  const row = (id: string, title: string, store: ScrubbedStore): Row => ({
    id,
    title: `verify: ${(store.streams * store.rounds * store.eventsPerFrame).toLocaleString("en-US")} events, ${title}`,
    columns: [byClock, byCpu, openMs],
    subjects: [
      {
        name: ours,
        role: "ours",
        prepare: { workload: "scrubbedStore", parameters: store },
        trial: { workload: "scrub", parameters: store },
      },
    ],
    targets: [
      absolute("200,000 events for each second of CPU", byCpu.figure, { atLeast: scrubbedPerSecond }),
      absolute("opened within 2 s", openMs.figure, { atMost: openedWithinMs }),
    ],
  });
  const streams = 1_000;
  return [
    row("V1", "10 in each frame", { streams, rounds: countOf(scale, 100), eventsPerFrame: 10, alone: false }),
    row("V2", "a frame each", { streams, rounds: countOf(scale, 1_000), eventsPerFrame: 1, alone: false }),
    row("V3", "a commit each", { streams, rounds: countOf(scale, 200), eventsPerFrame: 1, alone: true }),
  ];
}
