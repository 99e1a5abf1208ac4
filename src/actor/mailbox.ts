/** A bounded first-in, first-out queue; empty it holds no memory to speak of. */

/** The mailbox of an actor holds at most so many messages unless it says otherwise. */
export const defaultMailboxCapacity = 262_144;

const slotsMin = 8;
const slotsKept = 1_024;

/** A queue of at most `capacity` items, in a ring that grows as needed. */
export class Mailbox<T> {
  readonly capacity: number;
  #slots: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds at the end; false when the queue is full. */
  push(item: T): boolean {
    if (this.#length >= this.capacity) return false;
    this.pushAnyway(item);
    return true;
  }

  /** Adds at the end, capacity or not: for what must get in. */
  pushAnyway(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
  }

  /** Adds at the front, capacity or not: for what had a place in the queue before. */
  pushFront(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.#length++;
  }

  /** Takes from the front; undefined when the queue is empty. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    if (this.#length === 0 && this.#slots.length > slotsKept) this.#slots = [];
    return item;
  }

  /** Takes everything. */
  drain(): T[] {
    const items: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) items.push(item);
    return items;
  }

  #grow(): void {
    const slots: (T | undefined)[] = new Array(Math.max(slotsMin, this.#slots.length * 2));
    for (let index = 0; index < this.#length; index++) {
      slots[index] = this.#slots[(this.#head + index) & (this.#slots.length - 1)];
    }
    this.#slots = slots;
    this.#head = 0;
  }
}
