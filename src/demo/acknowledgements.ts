/** What a runner was told to be stored: kept by the process that outlives it, and held against the journal later. */

/** The commands that change a cart. */
const changes = ["AddItem", "RemoveItem", "ChangeQuantity", "Checkout", "CorrectPrice", "ReopenCart"] as const;

/** One answer to a command that changes a cart. */
export interface Acknowledgement {
  readonly cart: string;
  /** The line of the script. */
  readonly line: number;
  readonly type: (typeof changes)[number];
  /** Of the cart after the command: the number of the event that was stored, unless the command changed nothing. */
  readonly revision: number;
  /** Of the cart after the command. */
  readonly total: number;
}

/** The list in a form that goes from process to process. */
export interface AcknowledgementsData {
  readonly run: string;
  readonly afterOffset: number;
  readonly carts: readonly (readonly [cart: string, numbers: readonly number[]])[];
}

const numbersEach = 4;

/** All acknowledgements of one run, in the order of the lines of each cart; a few numbers each, for long scripts. */
export class Acknowledgements {
  /** Names the run in the metadata of its events. */
  readonly run: string;
  /** The offset of the store when the run began. */
  readonly afterOffset: number;
  readonly #carts: Map<string, number[]>;
  #size = 0;

  constructor({ run, afterOffset, carts }: AcknowledgementsData) {
    this.run = run;
    this.afterOffset = afterOffset;
    this.#carts = new Map(carts.map(([cart, numbers]) => [cart, [...numbers]]));
    for (const numbers of this.#carts.values()) this.#size += numbers.length / numbersEach;
  }

  get size(): number {
    return this.#size;
  }

  get carts(): readonly string[] {
    return [...this.#carts.keys()];
  }

  add({ cart, line, type, revision, total }: Acknowledgement): void {
    let numbers = this.#carts.get(cart);
    if (!numbers) {
      numbers = [];
      this.#carts.set(cart, numbers);
    }
    numbers.push(line, changes.indexOf(type), revision, total);
    this.#size++;
  }

  *of(cart: string): Generator<Acknowledgement, void, undefined> {
    const numbers = this.#carts.get(cart) ?? [];
    for (let at = 0; at < numbers.length; at += numbersEach) {
      const [line = 0, change = 0, revision = 0, total = 0] = numbers.slice(at, at + numbersEach);
      yield { cart, line, type: changes[change] ?? "AddItem", revision, total };
    }
  }

  /** The answer that the cart gave last. */
  last(cart: string): Acknowledgement | undefined {
    const numbers = this.#carts.get(cart);
    if (!numbers) return undefined;
    const [line = 0, change = 0, revision = 0, total = 0] = numbers.slice(-numbersEach);
    return { cart, line, type: changes[change] ?? "AddItem", revision, total };
  }

  data(): AcknowledgementsData {
    return { run: this.run, afterOffset: this.afterOffset, carts: [...this.#carts] };
  }
}

/** The acknowledgement in the answer to a command; undefined when the command changes no cart. */
export function acknowledgementIn(
  cart: string,
  line: number,
  type: string,
  answer: unknown,
): Acknowledgement | undefined {
  const change = changes.find((name) => name === type);
  if (change === undefined || typeof answer !== "object" || answer === null) return undefined;
  if (!("revision" in answer && typeof answer.revision === "number")) return undefined;
  if (!("total" in answer && typeof answer.total === "number")) return undefined;
  return { cart, line, type: change, revision: answer.revision, total: answer.total };
}
