/** What must hold for the history as a whole, whatever has happened. */
import { originOf } from "./ledger.ts";
import { eventsOf, type Operation } from "./operation.ts";
import type { Place, Truth } from "./truth.ts";

/** The sentences that are broken, if any. */
export function brokenHistory(truth: Truth, operations: readonly Operation[]): string[] {
  const byId = new Map(operations.map((operation) => [operation.command.id, operation]));
  const broken: string[] = [];
  for (const id of truth.commands) {
    const places = truth.places(id);
    const operation = byId.get(id);
    if (operation) broken.push(...brokenCommand(operation, places));
    else if (!byId.has(originOf(id) ?? "")) broken.push(`nobody has sent ${id}, and it is stored`);
    else if (places.length > 1) broken.push(`${id}, which was sent once, is stored ${places.length} times`);
  }
  for (const { command, outcome } of operations) {
    if (outcome === undefined) broken.push(`${command.id} was never answered`);
    const acknowledged = outcome === "stored" || (outcome === "done" && eventsOf(command) > 0);
    if (acknowledged && truth.places(command.id).length === 0) broken.push(`${command.id} is acknowledged and lost`);
  }
  return [...broken, ...brokenOrder(truth, operations)];
}

/** All of its events once and in one piece, or none of them. */
function brokenCommand({ command, persistenceId, outcome, sends }: Operation, places: readonly Place[]): string[] {
  const [first] = places;
  const of = `${command.type} ${command.id}`;
  if (outcome === "nothing" && sends.count === 1) return [`${of} was told that nothing is stored, and it is`];
  if (places.length !== eventsOf(command))
    return [`${places.length} of ${eventsOf(command)} events of ${of} are stored`];
  const inOnePiece = places.every(
    ({ event, sequenceNr, ...place }, index) =>
      event.index === index && sequenceNr === (first?.sequenceNr ?? 0) + index && place.persistenceId === persistenceId,
  );
  return inOnePiece ? [] : [`the events of ${of} are not stored in one piece`];
}

/** What one sender sends to one entity is stored in the order of sending: also past a stash, a restart or a passivation. */
function brokenOrder(truth: Truth, operations: readonly Operation[]): string[] {
  const last = new Map<string, { sequenceNr: number; id: string }>();
  const broken: string[] = [];
  for (const { command, persistenceId, sends, by } of operations) {
    if (sends.count > 1 || by === "write") continue;
    const sequenceNr = truth.places(command.id)[0]?.sequenceNr;
    if (sequenceNr === undefined || (command.type !== "Enter" && command.type !== "EnterLater")) continue;
    const before = last.get(persistenceId);
    if (before && before.sequenceNr > sequenceNr) broken.push(`${command.id} overtook ${before.id}`);
    last.set(persistenceId, { sequenceNr, id: command.id });
  }
  return broken;
}
