/** Holds what was acknowledged against what is in the journal, event by event. */
import type { ActorSystem, EventEnvelope, Metadata, ReadJournal } from "rekindle";
import type { Acknowledgement, Acknowledgements } from "./acknowledgements.ts";
import { won } from "./amounts.ts";
import { type CartSummary, cart } from "./cart.ts";
import { afterEvent, type CartEvent, type CartState, emptyCart } from "./cart-state.ts";

/** These change nothing when all is already as they want it. */
const mayChangeNothing: readonly string[] = ["ChangeQuantity", "CorrectPrice", "ReopenCart"];

/** What the journal says about one cart. */
export interface CartAudit {
  readonly cart: string;
  readonly state: CartState;
  readonly acknowledged: number;
  readonly acknowledgedTotal: number;
  /** Events of the run whose command never got its answer. */
  readonly unanswered: number;
  readonly faults: readonly string[];
}

/** Every cart that the run has touched, whether or not it ever got an answer. */
export async function* auditRun(
  system: ActorSystem,
  told: Acknowledgements,
): AsyncGenerator<CartAudit, void, undefined> {
  const carts = new Set(told.carts);
  const { entityType } = cart;
  for await (const { entityId } of system.readJournal.events({ fromOffset: told.afterOffset, entityType })) {
    carts.add(entityId);
  }
  for (const id of carts) {
    const ref = system.entityRef(cart, id);
    const audit = await auditCart(system.readJournal, ref.persistenceId, id, told);
    const faults = differences(audit, await ref.ask({ type: "GetCart" }));
    yield { ...audit, faults: [...audit.faults, ...faults] };
  }
}

/** Reads the events of one cart and compares them with what its user was told. */
async function auditCart(
  journal: Pick<ReadJournal, "eventsByPersistenceId">,
  persistenceId: string,
  id: string,
  told: Acknowledgements,
): Promise<CartAudit> {
  const history = new History(id, told);
  for await (const envelope of journal.eventsByPersistenceId(persistenceId)) history.take(envelope);
  return history.end();
}

class History {
  readonly #cart: string;
  readonly #told: Acknowledgements;
  readonly #acknowledgements: Iterator<Acknowledgement, void, undefined>;
  readonly #faults: string[] = [];
  #next: Acknowledgement | undefined;
  #acknowledged = 0;
  #unanswered = 0;
  #lastLine = 0;
  #state = emptyCart;

  constructor(cart: string, told: Acknowledgements) {
    this.#cart = cart;
    this.#told = told;
    this.#acknowledgements = told.of(cart);
    this.#advance();
  }

  take({ sequenceNr, event, metadata }: EventEnvelope): void {
    if (sequenceNr !== this.#state.revision + 1) {
      this.#faults.push(`cart ${this.#cart}: event ${this.#state.revision + 1} is missing, the next is ${sequenceNr}`);
    }
    const line = lineIn(metadata, this.#told.run);
    if (line !== undefined) this.#expectBefore(line, sequenceNr);
    this.#state = afterEvent(this.#state, event as CartEvent, sequenceNr);
    if (line !== undefined) this.#expectAt(line);
  }

  end(): CartAudit {
    this.#passUntil(Number.POSITIVE_INFINITY);
    return {
      cart: this.#cart,
      state: this.#state,
      acknowledged: this.#acknowledged,
      acknowledgedTotal: this.#told.last(this.#cart)?.total ?? 0,
      unanswered: this.#unanswered,
      faults: this.#faults,
    };
  }

  #expectBefore(line: number, sequenceNr: number): void {
    this.#passUntil(line);
    if (line <= this.#lastLine) {
      this.#faults.push(`cart ${this.#cart}, line ${line}: stored again, or out of order, as event ${sequenceNr}`);
    }
    this.#lastLine = Math.max(line, this.#lastLine);
  }

  #expectAt(line: number): void {
    if (this.#next?.line !== line) this.#unanswered++;
    else this.#expectState(this.#next);
  }

  /** The acknowledgements before `line` that no event carries: all right when the command had nothing to change. */
  #passUntil(line: number): void {
    for (let next = this.#next; next && next.line < line; next = this.#next) {
      if (mayChangeNothing.includes(next.type) && next.revision === this.#state.revision) {
        this.#expectState(next);
        continue;
      }
      const { type, revision } = next;
      this.#faults.push(
        `cart ${this.#cart}, line ${next.line}: ${type}, acknowledged as event ${revision}, is missing`,
      );
      this.#advance();
    }
  }

  #expectState({ line, type, revision, total }: Acknowledgement): void {
    const what = `cart ${this.#cart}, line ${line}: ${type}`;
    if (revision !== this.#state.revision) {
      this.#faults.push(`${what} was acknowledged as event ${revision} and is event ${this.#state.revision}`);
    } else if (total !== this.#state.total) {
      this.#faults.push(`${what} was acknowledged at ${won(total)}, and the events make ${won(this.#state.total)}`);
    }
    this.#advance();
  }

  #advance(): void {
    if (this.#next) this.#acknowledged++;
    this.#next = this.#acknowledgements.next().value ?? undefined;
  }
}

/** What an entity recovered, from a snapshot perhaps, must be what its events make. */
function differences({ cart, state }: CartAudit, recovered: CartSummary): string[] {
  if (recovered.revision === state.revision && recovered.total === state.total) return [];
  const events = `${won(state.total)} at event ${state.revision}`;
  return [`cart ${cart}: recovered ${won(recovered.total)} at event ${recovered.revision}, the events make ${events}`];
}

function lineIn({ run, line }: Metadata, wanted: string): number | undefined {
  return run === wanted && typeof line === "number" ? line : undefined;
}
