/** An entity that keeps words: the smallest one on which the promises of persistence can be tried. */
import {
  type CommandContext,
  type Effect,
  type EventSourcedDefinition,
  type EventSourcedOptions,
  eventSourced,
} from "rekindle";

/** Any command; a test brings the handlers of those that it makes up. */
export interface Order {
  readonly type: string;
  readonly [detail: string]: unknown;
}

export interface Noted {
  readonly type: "Noted";
  readonly word: string;
}

export type Words = readonly string[];

type NotebookContext = CommandContext<Order, Noted, Words>;

/** What a test decides for one command; it may be nonsense. */
export type Decide = (words: Words, order: Order, context: NotebookContext) => unknown;

export type NotebookOptions = Partial<EventSourcedOptions<Order, Noted, Words>>;

export type Notebook = EventSourcedDefinition<Order, Noted, Words>;

export const read: Order = { type: "Read" };

/** A command that stores one word and is answered with the number of words. */
export function note(word: string): Order {
  return { type: "Note", word };
}

export function noted(word: string): Noted {
  return { type: "Noted", word };
}

const known: Readonly<Record<string, Decide>> = {
  Note: (_words, order, { effect }) =>
    effect.persist(noted(String(order.word))).thenReply(order, (words) => words.length),
  Read: (words, order, { effect }) => effect.reply(order, words),
};

/** A definition with more commands, or other options. Restarts wait for no more than a millisecond. */
export function notebook(handlers: Readonly<Record<string, Decide>> = {}, options: NotebookOptions = {}): Notebook {
  const all = new Map(Object.entries({ ...known, ...handlers }));
  return eventSourced<Order, Noted, Words>({
    entityType: "notebook",
    emptyState: [],
    commandHandler: (words, order, context) =>
      all.get(order.type)?.(words, order, context) as Effect<Order, Noted, Words>,
    eventHandler: (words, { word }) => [...words, word],
    supervision: { minBackoffMs: 1, maxBackoffMs: 1, jitter: 0, resetAfterMs: 60_000 },
    ...options,
  });
}
