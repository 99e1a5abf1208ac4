/** What it takes that entities live: memory, and the way into it. */
import type { Subject } from "../subjects.ts";
import { durable, manyCarts, spreadCommands } from "./durable-rows.ts";
import { byHand, sqliteGroup } from "./rivals.ts";
import { absolute, ours, type Row, type RowSubject, ratePerSecond, times } from "./row.ts";
import { budgetOf, countOf, type Scale } from "./scale.ts";

const kibEach = { figure: "kibEach", unit: "KiB each, active", digits: 2 };
const kibLeftEach = { figure: "kibLeftEach", unit: "KiB each, passivated", digits: 2 };
const newEntities = 50_000;
const warmUpEntities = 5_000;
const inFlight = 4_096;

/** Rows 7 and 8. */
export function entityRows(scale: Scale): Row[] {
  return [idleRow(scale), activationRow(scale)];
}

function idleRow(scale: Scale): Row {
  const entities = countOf(scale, 100_000);
  return {
    id: "7",
    title: `heap of each of ${entities.toLocaleString("en-US")} idle entities, and after passivation`,
    columns: [kibEach, kibLeftEach],
    subjects: [
      {
        name: ours,
        role: "ours",
        prepare: { workload: "filledStore", parameters: { subject: ours, carts: entities, eventsEach: 1 } },
        trial: { workload: "idleEntities", parameters: { entities } },
      },
    ],
    targets: [
      absolute("at most 3 KiB each", kibEach.figure, { atMost: 3 }),
      absolute("at most 0.1 KiB each left after passivation", kibLeftEach.figure, { atMost: 0.1 }),
    ],
  };
}

function activationRow(scale: Scale): Row {
  const activating = (subject: Subject): RowSubject => ({
    name: subject,
    role: subject === ours ? "ours" : "rival",
    trial: {
      workload: "activation",
      parameters: { subject, inFlight, budget: budgetOf(scale, newEntities, warmUpEntities) },
    },
  });
  const active = "rekindle, active entities";
  const row2 = durable(scale, ours, { carts: manyCarts, inFlight, commands: spreadCommands });
  return {
    id: "8",
    title: "first durable command of new entities, 4,096 in flight",
    columns: [ratePerSecond],
    subjects: [
      activating(ours),
      { ...row2, name: active, role: "ceiling" },
      activating(byHand),
      activating(sqliteGroup),
    ],
    targets: [times(0.5, active)],
  };
}
