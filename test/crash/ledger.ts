/** What the writers were told, round after round, and whether the store still says the same. */
import type { ActorSystem, EventEnvelope } from "rekindle";
import { type CartCommand, cart } from "#src/demo/cart.js";
import { afterEvent, type CartEvent, type CartState, emptyCart } from "#src/demo/cart-state.js";
import { cartsMax, commandOf, commandsMax } from "./plan.js";

/** An answer that a writer got. */
export interface Ack {
  readonly round: number;
  readonly n: number;
  readonly revision: number;
  readonly total: number;
}

/** What is in the store. */
export interface Check {
  readonly events: number;
  /** Stored in the last round though the writer had no answer. */
  readonly unanswered: number;
  /** Carts that recovered from a snapshot. */
  readonly fromSnapshot: number;
  readonly faults: readonly string[];
}

interface Counters {
  events: number;
  unanswered: number;
  readonly faults: string[];
}

/** The list of one store. */
export class Ledger {
  readonly #seed: number;
  readonly #acks = new Map<string, Ack[]>();
  /** The histories as the last check found them, an event a text. */
  #before = new Map<string, readonly string[]>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  add(ack: Ack): void {
    const id = commandOf(this.#seed, ack.round, ack.n).cart;
    const acks = this.#acks.get(id);
    if (acks) acks.push(ack);
    else this.#acks.set(id, [ack]);
  }

  /** Reads everything, after `round`. */
  async check(system: ActorSystem, round: number): Promise<Check> {
    let fromSnapshot = 0;
    system.eventStream.asObservable().subscribe((event) => {
      if ("snapshotSequenceNr" in event && event.snapshotSequenceNr > 0) fromSnapshot++;
    });
    const counters: Counters = { events: 0, unanswered: 0, faults: [] };
    const histories = new Map<string, readonly string[]>();
    for (let number = 0; number < cartsMax; number++) {
      const id = `cart ${number}`;
      histories.set(id, await this.#checkCart(system, id, round, counters));
    }
    for await (const persistenceId of system.readJournal.persistenceIds()) {
      if (!histories.has(persistenceId.slice("cart|".length))) counters.faults.push(`nobody wrote to ${persistenceId}`);
    }
    let offset = 0;
    for await (const envelope of system.readJournal.events()) {
      offset++;
      if (envelope.offset !== offset) counters.faults.push(`offset ${envelope.offset} comes where ${offset} is due`);
    }
    if (offset !== counters.events) counters.faults.push(`${offset} events in all, ${counters.events} in the carts`);
    this.#before = histories;
    return { ...counters, fromSnapshot };
  }

  async #checkCart(system: ActorSystem, id: string, round: number, counters: Counters): Promise<readonly string[]> {
    const fault = (problem: string): number => counters.faults.push(`${id}: ${problem}`);
    const ref = system.entityRef(cart, id);
    const states: CartState[] = [emptyCart];
    const history: string[] = [];
    const places = new Map<string, number>();
    let last = { round: 0, n: -1 };
    for await (const envelope of system.readJournal.eventsByPersistenceId(ref.persistenceId)) {
      const { sequenceNr, event } = envelope;
      if (sequenceNr !== states.length) fault(`event ${sequenceNr} comes where ${states.length} is due`);
      states.push(afterEvent(states.at(-1) ?? emptyCart, event as CartEvent, states.length));
      const sent = this.#sentAs(id, round, envelope);
      if (typeof sent === "string") fault(sent);
      else {
        if (sent.round < last.round || (sent.round === last.round && sent.n <= last.n)) {
          fault(`event ${sequenceNr} is round ${sent.round} command ${sent.n}, after ${last.n} of ${last.round}`);
        }
        last = sent;
        places.set(`${sent.round}/${sent.n}`, sequenceNr);
      }
      history.push(`${JSON.stringify(event)} of ${last.round}/${last.n}`);
    }
    this.#compareWithBefore(id, round, history, places, fault);
    this.#compareWithAcks(id, states, places, fault);
    const recovered = await ref.ask({ type: "GetCart" });
    const { revision, total } = states.at(-1) ?? emptyCart;
    if (recovered.revision !== revision || recovered.total !== total) {
      fault(`recovered ${recovered.total} at ${recovered.revision}; the events make ${total} at ${revision}`);
    }
    const told = new Set(this.#acks.get(id)?.map((ack) => `${ack.round}/${ack.n}`));
    counters.events += history.length;
    counters.unanswered += [...places.keys()].filter((key) => key.startsWith(`${round}/`) && !told.has(key)).length;
    return history;
  }

  /** Which command an event comes from; a text when it comes from none. */
  #sentAs(
    id: string,
    round: number,
    { sequenceNr, event, metadata }: EventEnvelope,
  ): { round: number; n: number } | string {
    const { round: of, n } = metadata;
    if (typeof of !== "number" || typeof n !== "number" || of > round || n >= commandsMax) {
      return `event ${sequenceNr} was never sent: ${JSON.stringify(metadata)}`;
    }
    const planned = commandOf(this.#seed, of, n);
    if (planned.cart !== id || JSON.stringify(eventOf(planned.command)) !== JSON.stringify(event)) {
      return `event ${sequenceNr} is ${JSON.stringify(event)}, and ${JSON.stringify(planned)} was sent`;
    }
    return { round: of, n };
  }

  /** What a check has seen stays as it was, and nothing of an earlier round comes later. */
  #compareWithBefore(
    id: string,
    round: number,
    history: readonly string[],
    places: ReadonlyMap<string, number>,
    fault: (problem: string) => void,
  ): void {
    const before = this.#before.get(id) ?? [];
    const differs = before.findIndex((text, at) => history[at] !== text);
    if (differs >= 0) fault(`event ${differs + 1} was ${before[differs]} and is ${history[differs] ?? "gone"}`);
    for (const [key, sequenceNr] of places) {
      if (sequenceNr > before.length && this.#before.size > 0 && !key.startsWith(`${round}/`)) {
        fault(`event ${sequenceNr} of ${key} was not there before`);
      }
    }
  }

  #compareWithAcks(
    id: string,
    states: readonly CartState[],
    places: ReadonlyMap<string, number>,
    fault: (problem: string) => void,
  ): void {
    for (const { round, n, revision, total } of this.#acks.get(id) ?? []) {
      const { command } = commandOf(this.#seed, round, n);
      const what = `${command.type}, round ${round} command ${n}, acknowledged as event ${revision}`;
      const at = places.get(`${round}/${n}`);
      // A quantity that was there already is acknowledged and stores nothing.
      if (at !== revision && !(at === undefined && command.type === "ChangeQuantity")) {
        fault(`${what}, is ${at === undefined ? "missing" : `event ${at}`}`);
      } else if (states[revision]?.total !== total) {
        fault(`${what} at ${total}, makes ${states[revision]?.total}`);
      }
    }
  }
}

function eventOf(command: CartCommand): CartEvent | undefined {
  switch (command.type) {
    case "AddItem":
      return { type: "ItemAdded", sku: command.sku, quantity: command.quantity, price: command.price };
    case "RemoveItem":
      return { type: "ItemRemoved", sku: command.sku };
    case "ChangeQuantity":
      return { type: "QuantityChanged", sku: command.sku, quantity: command.quantity };
    default:
      return undefined;
  }
}
