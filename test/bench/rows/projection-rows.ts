/** Projections: how fast a new read model catches up with the history. */
import { ours, type Row, ratePerSecond, times } from "./row.ts";
import { countOf, type Scale } from "./scale.ts";

const rawReads = "raw iterating and parsing";

/** Row 16. */
export function projectionRows(scale: Scale): Row[] {
  const carts = 20;
  const eventsEach = countOf(scale, 15_000);
  const store = { carts, eventsEach };
  const prepare = { workload: "filledStore", parameters: { subject: ours, ...store } } as const;
  return [
    {
      id: "16",
      title: `catch-up of a projection with ${(carts * eventsEach).toLocaleString("en-US")} events of ${carts.toLocaleString("en-US")} entities`,
      columns: [{ ...ratePerSecond, unit: "events/s" }],
      subjects: [
        {
          name: ours,
          role: "ours",
          prepare,
          trial: { workload: "catchUp", parameters: { ...store, view: "entries" } },
        },
        {
          name: "rekindle, rows in SQLite",
          role: "rival",
          prepare,
          trial: { workload: "catchUp", parameters: { ...store, view: "tables" } },
        },
        {
          name: rawReads,
          role: "ceiling",
          prepare: { workload: "rawFilledStore", parameters: store },
          trial: { workload: "rawReads", parameters: store },
        },
      ],
      targets: [times(0.4, rawReads)],
    },
  ];
}
