/** Live queries: how soon they deliver, and what writers pay for a thousand readers. */
import { medianLatency, ours, type Row, type RowSubject, ratePerSecond, type Target, tailLatency } from "./row.ts";
import { budgetOf, type Scale } from "./scale.ts";

const deliveredPerSecond = { figure: "deliveredPerSecond", unit: "delivered/s", digits: 0 };
const paced = 10_000;
const delayMsMax = 5;
const many = 1_000;
const commands = 100_000;
const nobody = "without readers";
const cartEach = "1,000 of a cart each";
const everything = "1,000 of everything";

/** Rows 14 and 15. */
export function liveRows(scale: Scale): Row[] {
  const readers = (name: string, count: number, of: "a cart each" | "everything"): RowSubject => ({
    name,
    role: "ours",
    trial: {
      workload: "liveReaders",
      parameters: { readers: count, of, carts: many, inFlight: 256, budget: budgetOf(scale, commands) },
    },
  });
  return [
    {
      id: "14",
      title: "a live query while 10,000 events/s are written: from the commit to the reader",
      columns: [ratePerSecond, medianLatency, tailLatency],
      subjects: [
        {
          name: ours,
          role: "ours",
          trial: { workload: "liveDelivery", parameters: { perSecond: paced, timeMs: scale.timeMs, carts: many } },
        },
      ],
      targets: [{ text: "half within 5 ms", of: { subject: ours, figure: medianLatency.figure }, atMost: delayMsMax }],
    },
    {
      id: "15",
      title: "durable commands beside live readers: 1,000 entities, 256 in flight",
      columns: [ratePerSecond, deliveredPerSecond],
      subjects: [
        readers(nobody, 0, "everything"),
        readers(cartEach, many, "a cart each"),
        readers(everything, many, "everything"),
      ],
      targets: [half(cartEach), half(everything)],
    },
  ];
}

function half(subject: string): Target {
  const { figure } = ratePerSecond;
  return {
    text: `${subject}: at least 0.5 × ${nobody}`,
    of: { subject, figure },
    against: { subject: nobody, figure },
    atLeast: 0.5,
  };
}
