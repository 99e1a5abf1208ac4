/** Recovery: one entity with very many events, and very many entities at once. */
import type { Subject } from "../subjects.ts";
import { byHand, everyRival, sqliteEach, sqliteGroup } from "./rivals.ts";
import { absolute, ours, type Row, type RowSubject, ratePerSecond, times } from "./row.ts";
import { countOf, type Scale } from "./scale.ts";

const rawReads = "raw iterating and parsing";
const eventsPerSecond = { ...ratePerSecond, unit: "events/s" };
const heap = { figure: "heapMib", unit: "MiB of heap at most", digits: 0 };

/** Rows 5, 5b and 6. */
export function recoveryRows(scale: Scale): Row[] {
  const events = countOf(scale, 1_000_000);
  const fewer = countOf(scale, 100_000);
  const entities = countOf(scale, 10_000);
  return [
    {
      id: "5",
      title: `recovery of 1 entity of ${events.toLocaleString("en-US")} events`,
      columns: [eventsPerSecond, heap],
      subjects: subjectsFor(1, events, [byHand, sqliteGroup]),
      targets: [
        times(0.6, rawReads),
        times(1, sqliteGroup),
        absolute("at most 64 MiB of heap above the baseline", heap.figure, { atMost: 64 }),
      ],
    },
    {
      id: "5b",
      title: `recovery of 1 entity of ${fewer.toLocaleString("en-US")} events`,
      columns: [eventsPerSecond],
      // With a transaction each SQLite reads as it does with group commit.
      subjects: subjectsFor(
        1,
        fewer,
        everyRival.filter((rival) => rival !== sqliteEach),
      ),
      targets: [],
    },
    {
      id: "6",
      title: `recovery of ${entities.toLocaleString("en-US")} entities of 100 events at once`,
      columns: [eventsPerSecond, heap],
      subjects: subjectsFor(entities, 100, [byHand, sqliteGroup]),
      targets: [times(0.4, rawReads)],
    },
  ];
}

function subjectsFor(carts: number, eventsEach: number, rivals: readonly Subject[]): RowSubject[] {
  const store = { carts, eventsEach };
  const recovering = (subject: Subject): RowSubject => ({
    name: subject,
    role: subject === ours ? "ours" : "rival",
    prepare: { workload: "filledStore", parameters: { subject, ...store } },
    trial: { workload: "recovery", parameters: { subject, ...store } },
  });
  return [
    recovering(ours),
    {
      name: rawReads,
      role: "ceiling",
      prepare: { workload: "rawFilledStore", parameters: store },
      trial: { workload: "rawReads", parameters: store },
    },
    ...rivals.map(recovering),
  ];
}
