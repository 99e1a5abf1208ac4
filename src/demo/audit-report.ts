/** The result of an audit as a table. */
import type { ActorSystem, SystemEvent } from "rekindle";
import type { Acknowledgements } from "./acknowledgements.ts";
import { count, won } from "./amounts.ts";
import { auditRun, type CartAudit } from "./audit.ts";
import { cart } from "./cart.ts";
import { statusOf } from "./cart-state.ts";
import { left, right } from "./columns.ts";
import { origin } from "./narrator.ts";
import type { Screen } from "./screen.ts";

/** So many carts are listed; the others are counted. */
const cartsListedMax = 15;

/** So many faults are listed; the others are counted. */
const faultsListedMax = 20;

interface Sum {
  carts: number;
  total: number;
  acknowledged: number;
  unanswered: number;
  readonly faults: string[];
}

/** Recovers every cart of a run that was killed, and tells where each came from. True when nothing acknowledged is missing. */
export async function reportRecovery(
  screen: Screen,
  system: ActorSystem,
  told: Acknowledgements,
  unanswered: number | undefined,
): Promise<boolean> {
  const origins = new Map<string, string>();
  const watching = system.eventStream.asObservable().subscribe((event) => {
    if (isRecovery(event)) origins.set(event.persistenceId, origin(event.snapshotSequenceNr, event.replayedEvents));
  });
  screen.line(tableRow("cart", "recovered from", "acknowledged", "recovered"), "quiet");
  const sum = await report(screen, auditRun(system, told), (audit) => {
    const from = origins.get(system.entityRef(cart, audit.cart).persistenceId) ?? "";
    const late = audit.unanswered > 0 ? "*" : " ";
    return tableRow(audit.cart, from, won(audit.acknowledgedTotal), `${won(audit.state.total)} ${late}`);
  });
  watching.unsubscribe();
  verdict(screen, sum);
  screen.line(inFlightText(unanswered, sum.unanswered));
  return sum.faults.length === 0;
}

/** The carts as a run leaves them. True when nothing acknowledged is missing. */
export async function reportEnd(screen: Screen, system: ActorSystem, told: Acknowledgements): Promise<boolean> {
  if (told.size === 0) return true;
  screen.line(tableRow("cart", "", "events", "total"), "quiet");
  const sum = await report(screen, auditRun(system, told), ({ cart, state }) => {
    const content = `${count(state.lines.length, "item")}, ${statusOf(state)}`;
    return tableRow(cart, content, String(state.revision), `${won(state.total)}  `);
  });
  verdict(screen, sum);
  return sum.faults.length === 0;
}

/** What was in flight may be stored or not: nobody was told either. */
function inFlightText(unanswered: number | undefined, stored: number): string {
  const mark = stored > 0 ? "* " : "";
  if (unanswered === undefined) return `  ${mark}Of what was in flight, ${stored} had reached the disk.`;
  return `  ${mark}Of the ${count(Math.max(unanswered, stored), "line")} in flight, ${stored} had reached the disk.`;
}

async function report(
  screen: Screen,
  audits: AsyncIterable<CartAudit>,
  row: (audit: CartAudit) => string,
): Promise<Sum> {
  const sum: Sum = { carts: 0, total: 0, acknowledged: 0, unanswered: 0, faults: [] };
  for await (const audit of audits) {
    if (sum.carts < cartsListedMax || audit.faults.length > 0) {
      screen.line(row(audit), audit.faults.length > 0 ? "bad" : undefined);
    }
    sum.carts++;
    sum.total += audit.state.total;
    sum.acknowledged += audit.acknowledged;
    sum.unanswered += audit.unanswered;
    sum.faults.push(...audit.faults);
  }
  const more = sum.carts - cartsListedMax;
  if (more > 0)
    screen.line(tableRow("", `… and ${count(more, "more cart")}`, "all in all", `${won(sum.total)}  `), "quiet");
  return sum;
}

function verdict(screen: Screen, { acknowledged, carts, faults }: Sum): void {
  if (faults.length === 0) {
    const where = `in ${count(carts, "cart")}`;
    screen.line(`  All ${count(acknowledged, "acknowledged change")} ${where} are there, in order, once.`, "good");
    return;
  }
  for (const fault of faults.slice(0, faultsListedMax)) screen.error(fault);
  if (faults.length > faultsListedMax) screen.error(`… and ${faults.length - faultsListedMax} more`);
  screen.line(`  LOST: ${count(faults.length, "acknowledged change")} not as acknowledged.`, "bad");
}

function tableRow(first: string, second: string, third: string, fourth: string): string {
  return `  ${left(first, 12)} ${left(second, 31)} ${right(third, 15)} ${right(fourth, 16)}`.trimEnd();
}

function isRecovery(event: object): event is Extract<SystemEvent, { type: "RecoveryCompleted" }> {
  return "type" in event && event.type === "RecoveryCompleted" && "snapshotSequenceNr" in event;
}
