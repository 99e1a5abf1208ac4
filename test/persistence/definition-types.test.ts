/** The definition of the API contract compiles as it stands there; what events and commands add is checked, and costs no type parameter. */
import { expect } from "chai";
import { type Command, type EventSourcedOptions, eventSourced, type ReplyOf } from "rekindle";
import * as z from "zod";
import { startSystem } from "../support/start-system.ts";

interface CartSummary {
  readonly items: number;
}
interface Receipt {
  readonly total: number;
}
interface CartState {
  readonly items: Readonly<Record<string, number>>;
  readonly total: number;
  readonly checkedOut: boolean;
}
class CartClosedError extends Error {}

const summary = ({ items }: CartState): CartSummary => ({ items: Object.keys(items).length });

type CartCommand =
  | Command<"AddItem", { sku: string; quantity: number; price: number }, CartSummary>
  | Command<"Checkout", {}, Receipt>
  | Command<"GetCart", {}, CartSummary>;

type CartEvent =
  | { type: "ItemAdded"; sku: string; quantity: number; price: number }
  | { type: "CheckedOut"; total: number };

const cart = eventSourced<CartCommand, CartEvent, CartState>({
  entityType: "cart",
  emptyState: { items: {}, total: 0, checkedOut: false },
  commandHandler(state, command, { effect }) {
    switch (command.type) {
      case "AddItem":
        if (state.checkedOut) return effect.reject(command, new CartClosedError());
        return effect
          .persist({ type: "ItemAdded", sku: command.sku, quantity: command.quantity, price: command.price })
          .thenReply(command, (state) => summary(state));
      case "Checkout":
        return effect
          .persist({ type: "CheckedOut", total: state.total })
          .thenReply(command, ({ total }) => ({ total }));
      case "GetCart":
        return effect.reply(command, summary(state));
    }
  },
  eventHandler(state, event) {
    if (event.type === "CheckedOut") return { ...state, checkedOut: true };
    const { sku, quantity, price } = event;
    return { ...state, items: { ...state.items, [sku]: quantity }, total: state.total + quantity * price };
  },
  snapshots: { every: 500, keep: 2 },
});

type Options = EventSourcedOptions<CartCommand, CartEvent, CartState>;
type Events = NonNullable<Options["events"]>;
type Commands = NonNullable<Options["commands"]>;

const line = z.object({ sku: z.string(), quantity: z.number(), price: z.number() });

const events: Events = { ItemAdded: { schema: line }, CheckedOut: {}, Old: { renamedTo: "ItemAdded" } };
const commands: Commands = { AddItem: line.extend({ type: z.literal("AddItem") }) };

/** Each of these lines must not compile. */
const wrong: readonly unknown[] = [
  // @ts-expect-error: CheckedOut is not declared.
  { ItemAdded: {} } satisfies Events,
  // @ts-expect-error: the schema makes something else than an ItemAdded.
  { ItemAdded: { schema: z.object({ sku: z.number() }) }, CheckedOut: {} } satisfies Events,
  // @ts-expect-error: a step takes one event.
  { ItemAdded: { upcasters: { 1: (_event: object, _more: object) => [] } }, CheckedOut: {} } satisfies Events,
  // @ts-expect-error: there is no such option.
  { ItemAdded: { upcaster: {} }, CheckedOut: {} } satisfies Events,
  // @ts-expect-error: the schema leaves out what the handler needs.
  { AddItem: z.object({ sku: z.string() }) } satisfies Commands,
  // @ts-expect-error: there is no such command.
  { Add: line } satisfies Commands,
];

describe("the definition of the API contract", () => {
  for (const [what, definition] of [
    ["as it stands there", cart],
    ["with declared events and commands", eventSourced({ ...cart.options, events, commands })],
  ] as const) {
    it(`compiles ${what}, and infers the replies`, async () => {
      const system = await startSystem();
      const ref = system.entityRef(definition, "42");
      const reply: CartSummary = await ref.ask({ type: "AddItem", sku: "banana", quantity: 1, price: 1200 });
      const receipt: ReplyOf<Command<"Checkout", {}, Receipt>> = await ref.ask({ type: "Checkout" });
      // @ts-expect-error: the reply is a receipt.
      const total: CartSummary = receipt;
      expect([reply, total]).to.deep.equal([{ items: 1 }, { total: 1200 }]);
    });
  }

  it("is refused by the compiler for what does not fit it", () => expect(wrong).to.have.length(6));
});
