/** The subscriber: an actor that prints what happens, as it happens. */
import { type ActorDefinition, actor, type EventEnvelope, type SystemEvent } from "rekindle";
import { count, won } from "./amounts.ts";
import type { CartEvent } from "./cart-state.ts";
import { left, right, screenColumns, wrap } from "./columns.ts";
import type { Screen, Tone } from "./screen.ts";

/** So many happenings are printed one by one; then only their number, now and then. */
const detailLinesMax = 80;

/** What the narrator wants from the event stream. */
export const narrated: readonly string[] = [
  "ItemAdded",
  "QuantityChanged",
  "ItemRemoved",
  "CheckedOut",
  "RecoveryCompleted",
  "SnapshotSaved",
];

/** A sentence about a cart, in turn with what the event stream brings; `always` when somebody asked for it. */
interface Say {
  readonly type: "Say";
  readonly cart: string;
  readonly mark?: string;
  readonly lines: readonly string[];
  readonly tone?: Tone;
  readonly always?: boolean;
}

/** Asks for an answer when everything before has been printed. */
interface Finish {
  readonly type: "Finish";
}

/** What the narrator understands. */
export type Narration =
  | Say
  | Finish
  | EventEnvelope<CartEvent>
  | Extract<SystemEvent, { type: "RecoveryCompleted" | "SnapshotSaved" }>;

interface Told {
  readonly details: number;
  readonly events: number;
}

const cartColumns = 12;
const markColumns = 5;
const headColumns = 2 + cartColumns + 1 + markColumns + 1;
const labelColumns = 16;

/** Prints to `screen`; `nameOf` gives the cart of a persistence id. */
export function narrator(screen: Screen, nameOf: (persistenceId: string) => string): ActorDefinition<Narration, Told> {
  const detail = (told: Told, cart: string, mark: string, text: string, tone?: Tone): Told => {
    if (told.details < detailLinesMax) screen.line(row(cart, mark, text), tone);
    if (told.details === detailLinesMax) screen.line("  … from here on only what is asked for, and numbers", "quiet");
    return { ...told, details: told.details + 1 };
  };
  return actor<Narration, Told>({
    initialState: { details: 0, events: 0 },
    receive(told, message, { reply }) {
      if ("event" in message) {
        const { entityId, sequenceNr, event } = message;
        const next = detail(told, entityId, `#${sequenceNr}`, eventText(event));
        return progress(screen, { ...next, events: told.events + 1 });
      }
      switch (message.type) {
        case "RecoveryCompleted": {
          const { persistenceId, snapshotSequenceNr, replayedEvents, sequenceNr } = message;
          if (sequenceNr === 0) return told;
          const text = `recovered from ${origin(snapshotSequenceNr, replayedEvents)}`;
          return detail(told, nameOf(persistenceId), "", text, "good");
        }
        case "SnapshotSaved":
          return detail(told, nameOf(message.persistenceId), "", `snapshot saved at ${message.sequenceNr}`, "quiet");
        case "Say": {
          const { cart, mark = "", lines, tone, always } = message;
          if (!always) return lines.reduce((now, text) => detail(now, cart, mark, text, tone), told);
          for (const [n, text] of lines.entries()) screen.line(row(n === 0 ? cart : "", mark, text), tone);
          return told;
        }
        case "Finish":
          reply(undefined);
          return told;
      }
    },
  });
}

/** Where a cart came from: `snapshot at 12 + 3 events`. */
export function origin(snapshotSequenceNr: number, replayedEvents: number): string {
  if (snapshotSequenceNr === 0) return count(replayedEvents, "event");
  return `snapshot at ${snapshotSequenceNr} + ${count(replayedEvents, "event")}`;
}

function eventText(event: CartEvent): string {
  const label = left(event.type, labelColumns);
  switch (event.type) {
    case "ItemAdded":
      return `${label} ${left(`${event.quantity} × ${event.sku}`, 26)} ${right(won(event.price), 14)}`;
    case "QuantityChanged":
      return `${label} ${event.quantity} × ${event.sku}`;
    case "ItemRemoved":
      return `${label} ${event.sku}`;
    case "CheckedOut":
      return `${label} ${right(won(event.total), 41)}`;
  }
}

function row(cart: string, mark: string, text: string): string {
  const head = `  ${left(cart, cartColumns)} ${right(mark, markColumns)} `;
  const [first = "", ...more] = wrap(text, screenColumns - headColumns);
  return [`${head}${first}`.trimEnd(), ...more.map((line) => " ".repeat(headColumns) + line)].join("\n");
}

/** A line for every hundred, then for every thousand, and so on. */
function progress(screen: Screen, told: Told): Told {
  const { details, events } = told;
  const step = Math.max(100, 10 ** Math.floor(Math.log10(events)));
  if (details > detailLinesMax && events % step === 0) screen.line(`  … ${count(events, "event")} so far`, "quiet");
  return told;
}
