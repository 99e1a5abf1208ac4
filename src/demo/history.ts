/** What has happened to a cart, and what that makes of it: nothing is ever taken out of it, corrections are added. */
import type { ActorSystem, EntityRef } from "rekindle";
import { count, won } from "./amounts.ts";
import { type CartCommand, cart } from "./cart.ts";
import { type CartEvent, statusOf } from "./cart-state.ts";
import { left, right } from "./columns.ts";
import { eventText } from "./event-text.ts";

/** So many events are shown, the last ones. */
const eventsShownMax = 20;

/** One line of a history. */
export interface HistoryLine {
  readonly mark: string;
  readonly text: string;
}

export async function historyOf(
  { readJournal }: Pick<ActorSystem, "readJournal">,
  { entityId, persistenceId }: EntityRef<CartCommand>,
): Promise<readonly HistoryLine[]> {
  const { state, sequenceNr } = await readJournal.stateAt(cart, entityId);
  const lines = [{ mark: "", text: `history of ${count(sequenceNr, "event")}` }];
  const range = { fromSequenceNr: Math.max(1, sequenceNr - eventsShownMax + 1), toSequenceNr: sequenceNr };
  for await (const each of readJournal.eventsByPersistenceId(persistenceId, range)) {
    lines.push({ mark: `#${each.sequenceNr}`, text: eventText(each.event as CartEvent) });
  }
  return [...lines, { mark: "=", text: `${left(statusOf(state), 43)} ${right(won(state.total), 14)}` }];
}
