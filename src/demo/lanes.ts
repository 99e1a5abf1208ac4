/** Sends lines without waiting for their answers, but one cart's in their order, and never too many at once. */

/** So many lines may wait for their answers; then no more are read. */
const inFlightMax = 32;

/** What is under way for one cart. */
interface Lane {
  /** Resolves when the cart's next line may be sent. */
  gate: Promise<void>;
  /** Resolves when all of the cart's lines so far are answered. */
  answered: Promise<unknown>;
  inFlight: number;
}

/** The lines that are under way, by cart. The work that it is given must not reject. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #max: number;
  #taken = 0;
  #sent = 0;
  #answered = 0;
  #waiting: { readonly until: () => boolean; readonly resolve: () => void } | undefined;

  constructor(max: number = inFlightMax) {
    this.#max = max;
  }

  /** How many were sent and have no answer yet. */
  get unanswered(): number {
    return this.#sent - this.#answered;
  }

  /** Does `work` after the earlier lines of the cart have been sent. Resolves when there is room for the next line. */
  send(cart: string, work: () => Promise<void>): Promise<void> {
    const lane = this.#enter(cart);
    const done = lane.gate.then(() => this.#do(cart, lane, work));
    lane.answered = Promise.all([lane.answered, done]);
    return this.#when(() => this.#taken - this.#answered < this.#max);
  }

  /** Does `work` after the earlier lines of the cart have been answered, and before any later one is sent. */
  sendAlone(cart: string, work: () => Promise<void>): Promise<void> {
    const lane = this.#enter(cart);
    const done = lane.answered.then(() => this.#do(cart, lane, work));
    lane.gate = done;
    lane.answered = done;
    return this.#when(() => this.#taken - this.#answered < this.#max);
  }

  /** Resolves when everything was sent and at least half of it is answered: a good moment for a crash. */
  midway(): Promise<void> {
    return this.#when(() => this.#sent === this.#taken && this.#answered * 2 >= this.#sent);
  }

  /** Resolves when everything is answered. */
  settled(): Promise<void> {
    return this.#when(() => this.#answered === this.#taken);
  }

  #enter(cart: string): Lane {
    let lane = this.#lanes.get(cart);
    if (!lane) {
      lane = { gate: Promise.resolve(), answered: Promise.resolve(), inFlight: 0 };
      this.#lanes.set(cart, lane);
    }
    lane.inFlight++;
    this.#taken++;
    return lane;
  }

  async #do(cart: string, lane: Lane, work: () => Promise<void>): Promise<void> {
    this.#sent++;
    this.#look();
    await work();
    this.#answered++;
    lane.inFlight--;
    if (lane.inFlight === 0) this.#lanes.delete(cart);
    this.#look();
  }

  /** Only the reader of the script waits, so there is one to tell at the most. */
  #when(until: () => boolean): Promise<void> {
    if (until()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = { until, resolve };
    });
  }

  #look(): void {
    if (!this.#waiting?.until()) return;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }
}
