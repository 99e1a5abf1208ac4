/** Volume: a store that grows, large events, and the start of a process. */
import type { Subject } from "../subjects.ts";
import type { LargeEvents } from "../workloads/large-events.ts";
import { byHand } from "./rivals.ts";
import { absolute, type Column, ours, type Row, type RowSubject, times } from "./row.ts";
import { budgetOf, countOf, growingEntitiesOfAll, type Scale } from "./scale.ts";

const firstTenth: Column = { figure: "firstTenth", unit: "first tenth, /s", digits: 0 };
const lastTenth: Column = { figure: "lastTenth", unit: "last tenth, /s", digits: 0 };
const rssEarly: Column = { figure: "rssEarlyMib", unit: "MiB of RSS after the second tenth", digits: 0 };
const rssLate: Column = { figure: "rssLateMib", unit: "MiB of RSS at the end", digits: 0 };
const bytesEach: Column = { figure: "bytesEach", unit: "bytes on disk an event", digits: 0 };
const throughput: Column = { figure: "mibPerSecond", unit: "MiB/s", digits: 1 };

const growthRounds = 3;
const eventsEach = 1_000;

/** Rows 11 to 13. */
export function volumeRows(scale: Scale): Row[] {
  const kib = 1_024;
  return [
    growthRow(scale),
    largeRow(scale, "12a", "10 KB", { bytes: 10 * kib, inFlight: 1_024, events: 20_000, batch: 400 }),
    largeRow(scale, "12b", "100 KB", { bytes: 100 * kib, inFlight: 128, events: 2_000, batch: 40 }),
    largeRow(scale, "12c", "1 MB", { bytes: kib * kib, inFlight: 16, events: 200, batch: 4 }),
    startRow(scale),
  ];
}

function growthRow({ growingEntities }: Scale): Row {
  const events = growingEntities * eventsEach;
  const subject = (name: string, role: RowSubject["role"], kept: Subject): RowSubject => ({
    name,
    role,
    trial: { workload: "growth", parameters: { subject: kept, carts: growingEntities, eventsEach } },
  });
  const ratio = (text: string, figure: string, base: string): Row["targets"][number] => ({
    text,
    of: { subject: ours, figure },
    against: { subject: ours, figure: base },
  });
  return {
    id: "11",
    title: `growth to ${events.toLocaleString("en-US")} events, a snapshot every 500`,
    columns: [firstTenth, lastTenth, rssEarly, rssLate, bytesEach],
    subjects: [subject(ours, "ours", "rekindle, a snapshot every 500"), subject(byHand, "rival", byHand)],
    targets: [
      { ...ratio("last tenth at least 0.8 × the first", lastTenth.figure, firstTenth.figure), atLeast: 0.8 },
      { ...ratio("RSS at the end at most 1.2 × after the second tenth", rssLate.figure, rssEarly.figure), atMost: 1.2 },
    ],
    roundsMax: growingEntities === growingEntitiesOfAll ? 1 : growthRounds,
  };
}

interface Volume {
  readonly bytes: number;
  readonly inFlight: number;
  readonly events: number;
  /** Of the ceiling. */
  readonly batch: number;
}

function largeRow(scale: Scale, id: string, size: string, { bytes, inFlight, events, batch }: Volume): Row {
  const ceiling = "raw LevelDB";
  const writing = (
    name: string,
    role: RowSubject["role"],
    how: Pick<LargeEvents, "subject" | "inFlight">,
  ): RowSubject => ({
    name,
    role,
    trial: { workload: "largeEvents", parameters: { ...how, bytes, budget: budgetOf(scale, events) } },
  });
  return {
    id,
    title: `durable events of ${size}, ${inFlight.toLocaleString("en-US")} in flight`,
    columns: [throughput],
    subjects: [
      writing(ours, "ours", { subject: ours, inFlight }),
      writing(ceiling, "ceiling", { subject: "raw", inFlight: batch }),
    ],
    targets: [times(0.7, ceiling, throughput.figure)],
  };
}

function startRow(scale: Scale): Row {
  const over: Column = { figure: "overBareMs", unit: "ms", digits: 1 };
  const starting = (name: string, role: RowSubject["role"], program: "rekindle" | "sqlite"): RowSubject => ({
    name,
    role,
    trial: { workload: "start", parameters: { program, starts: countOf(scale, 7) } },
  });
  return {
    id: "13",
    title: "loading it and opening an empty store, beyond bare Node",
    columns: [over],
    subjects: [starting(ours, "ours", "rekindle"), starting("better-sqlite3", "rival", "sqlite")],
    targets: [absolute("at most 100 ms", over.figure, { atMost: 100 })],
  };
}
