/** Messages: to one plain actor, and from entities to subscribers. */
import type { Messaging } from "../workloads/messaging.ts";
import type { Subscribers } from "../workloads/subscribers.ts";
import { durable, manyCarts, spreadCommands } from "./durable-rows.ts";
import { ours, type Row, type RowSubject, ratePerSecond, type Target, times } from "./row.ts";
import { budgetOf, type Scale } from "./scale.ts";

const messages = 1_000_000;
const questions = 300_000;
const messagesInFlight = 10_000;
const questionsInFlight = 1_000;
const deliveries = { figure: "deliveriesPerSecond", unit: "deliveries/s", digits: 0 };

/** Rows 9 and 10. */
export function messagingRows(scale: Scale): Row[] {
  return [
    plainRow(
      scale,
      "9",
      "tell to 1 plain actor",
      { pattern: "tell", inFlight: messagesInFlight },
      messages,
      "nact dispatch",
      5,
    ),
    plainRow(
      scale,
      "9b",
      "parallel ask to 1 plain actor",
      { pattern: "ask", inFlight: questionsInFlight },
      questions,
      "nact query",
      3,
    ),
    streamRow(scale),
    publishedRow(scale),
  ];
}

function plainRow(
  scale: Scale,
  id: string,
  title: string,
  how: Pick<Messaging, "pattern" | "inFlight">,
  calls: number,
  rival: string,
  factor: number,
): Row {
  const subject = (name: string, role: RowSubject["role"], runtime: Messaging["runtime"]): RowSubject => ({
    name,
    role,
    trial: { workload: "messaging", parameters: { runtime, ...how, budget: budgetOf(scale, calls) } },
  });
  return {
    id,
    title,
    columns: [{ ...ratePerSecond, unit: "messages/s" }],
    subjects: [subject(ours, "ours", "rekindle"), subject(rival, "rival", "nact")],
    targets: [times(factor, rival)],
  };
}

function atLeastDeliveries(name: string): Target {
  return {
    text: `at least 2,000,000 deliveries/s to ${name}`,
    of: { subject: name, figure: deliveries.figure },
    atLeast: 2_000_000,
  };
}

const [one, hundred, thousands] = ["1 subscriber", "100 subscribers", "10,000 subscribers"] as const;

function streamRow(scale: Scale): Row {
  const inFlight = 4_096;
  const none = "no subscriber";
  const subject = (name: string, parameters: Omit<Subscribers, "budget">, commands: number): RowSubject => ({
    name,
    role: "ours",
    trial: { workload: "subscribers", parameters: { ...parameters, budget: budgetOf(scale, commands) } },
  });
  const { figure } = ratePerSecond;
  const unheard = durable(scale, ours, { carts: manyCarts, inFlight, commands: spreadCommands });
  return {
    id: "10",
    title: "durable events to subscribed actors",
    columns: [ratePerSecond, deliveries],
    subjects: [
      subject(one, { subscribers: 1, entities: manyCarts, inFlight }, spreadCommands),
      subject(hundred, { subscribers: 100, entities: 1, inFlight: 256 }, 40_000),
      subject(thousands, { subscribers: 10_000, entities: 1, inFlight: 256 }, 600),
      { ...unheard, name: none, role: "ceiling" },
    ],
    targets: [
      {
        text: `writers at least 0.8 × ${none}`,
        of: { subject: one, figure },
        against: { subject: none, figure },
        atLeast: 0.8,
      },
      atLeastDeliveries(hundred),
      atLeastDeliveries(thousands),
    ],
  };
}

/** One subscriber gets no more durable events than are written: published ones say what it could get. */
function publishedRow(scale: Scale): Row {
  const subject = (name: string, subscribers: number, burst: number, events: number): RowSubject => ({
    name,
    role: "ours",
    trial: { workload: "publishing", parameters: { subscribers, burst, budget: budgetOf(scale, events) } },
  });
  return {
    id: "10b",
    title: "published events, not stored, to subscribed actors",
    columns: [deliveries],
    subjects: [
      subject(one, 1, 10_000, 2_000_000),
      subject(hundred, 100, 256, 40_000),
      subject(thousands, 10_000, 16, 600),
    ],
    targets: [atLeastDeliveries(one), atLeastDeliveries(hundred), atLeastDeliveries(thousands)],
  };
}
