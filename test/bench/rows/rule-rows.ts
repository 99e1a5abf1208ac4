/** What the rules of durability cost: the same load with and without them. */
import type { Subject } from "../subjects.ts";
import { cpuTime, ours, type Row, type RowSubject, ratePerSecond, times } from "./row.ts";
import { budgetOf, type Scale } from "./scale.ts";

const ruleless = "rekindle without rules" satisfies Subject;

/** The rules may take so much of the throughput. */
const keptShare = 0.85;

const inFlight = 4_096;
const hotCommands = 300_000;
const spreadCommands = 200_000;
const manyCarts = 1_000;

export function ruleRows(scale: Scale): Row[] {
  const row = (id: string, title: string, carts: number, commands: number): Row => {
    const subject = (name: Subject, role: RowSubject["role"]): RowSubject => {
      const parameters = { subject: name, carts, inFlight, budget: budgetOf(scale, commands) };
      return { name, role, trial: { workload: "durableCommands", parameters } };
    };
    return {
      id,
      title: `the price of the rules: ${title}, 4,096 in flight`,
      columns: [ratePerSecond, cpuTime],
      subjects: [subject(ours, "ours"), subject(ruleless, "ceiling")],
      targets: [
        times(keptShare, ruleless),
        {
          text: "at most 1 / 0.85 of its time on the CPU",
          of: { subject: ours, figure: cpuTime.figure },
          against: { subject: ruleless, figure: cpuTime.figure },
          atMost: 1 / keptShare,
        },
      ],
    };
  };
  return [row("R1", "1 entity", 1, hotCommands), row("R2", "1,000 entities", manyCarts, spreadCommands)];
}
