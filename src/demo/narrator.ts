/** The subscriber: an actor that prints what happens, as it happens. */
import { type ActorDefinition, actor, type EventEnvelope, type SystemEvent } from "rekindle";
import { count } from "./amounts.ts";
import type { CartEvent } from "./cart-state.ts";
import { left, right, screenColumns, wrap } from "./columns.ts";
import { eventText } from "./event-text.ts";
import type { Screen, Tone } from "./screen.ts";

/** So many happenings are printed one by one; then only their number, now and then. */
const detailLinesMax = 80;

/** What the narrator wants from the event stream. */
export const narrated: readonly string[] = [
  "ItemAdded",
  "QuantityChanged",
  "ItemRemoved",
  "PriceCorrected",
  "CheckedOut",
  "Paid",
  "Reopened",
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

/** Prints to `screen`; `nameOf` gives the cart of a persistence id, if it is that of a cart. */
export function narrator(
  screen: Screen,
  nameOf: (persistenceId: string) => string | undefined,
): ActorDefinition<Narration, Told> {
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
          const cart = nameOf(persistenceId);
          if (sequenceNr === 0 || cart === undefined) return told;
          const text = `recovered from ${origin(snapshotSequenceNr, replayedEvents)}`;
          return detail(told, cart, "", text, "good");
        }
        case "SnapshotSaved": {
          const cart = nameOf(message.persistenceId);
          if (cart === undefined) return told;
          return detail(told, cart, "", `snapshot saved at ${message.sequenceNr}`, "quiet");
        }
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
