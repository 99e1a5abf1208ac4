/** The cart, command by command, without a system. */
import { expect } from "chai";
import { UnhandledCommandError } from "rekindle";
import { given } from "rekindle/testkit";
import { type CartCommand, cart } from "#src/demo/cart.js";
import { CartError } from "#src/demo/cart-error.js";
import { linesMax, priceMax, quantityMax, reasonLengthMax, skuLengthMax } from "#src/demo/cart-rules.js";
import type { CartEvent } from "#src/demo/cart-state.js";

const bananas: CartEvent = { type: "ItemAdded", sku: "banana", quantity: 2, price: 500 };
const milk: CartEvent = { type: "ItemAdded", sku: "milk", quantity: 1, price: 2_900 };
const checkedOut: CartEvent = { type: "CheckedOut", total: 1_000 };
const reopened: CartEvent = { type: "Reopened", reason: "out of stock" };
const addMilk: CartCommand = { type: "AddItem", sku: "milk", quantity: 1, price: 2_900 };

/** Commands as a script has them: any JSON. */
function scripted(command: { type: string; [field: string]: unknown }): CartCommand {
  return command as CartCommand;
}

function refuses(
  sentence: string,
  history: readonly CartEvent[],
  command: CartCommand,
  code: string,
  text: string,
): void {
  it(`refuses ${sentence}`, () => {
    const { events, rejection, reply } = given(cart, history).when(command);
    expect(rejection).to.be.instanceOf(CartError).and.to.include({ code, message: text });
    expect(rejection?.name).to.match(/^[A-Z]\w+Error$/);
    expect({ events, reply }).to.deep.equal({ events: [], reply: undefined });
  });
}

describe("the cart of the demo", () => {
  describe("stores", () => {
    it("an item that is added, and answers with the cart", () => {
      const { events, reply } = given(cart, [bananas]).when(addMilk);
      expect(events).to.deep.equal([milk]);
      const lines = [
        { sku: "banana", quantity: 2, price: 500 },
        { sku: "milk", quantity: 1, price: 2_900 },
      ];
      expect(reply).to.deep.equal({ lines, total: 3_900, checkedOut: false, paid: false, revision: 2 });
    });

    it("more of the same, at the newest price", () => {
      const { state } = given(cart, [bananas]).when({ type: "AddItem", sku: "banana", quantity: 3, price: 450 });
      expect(state.lines).to.deep.equal([{ sku: "banana", quantity: 5, price: 450 }]);
      expect(state.total).to.equal(2_250);
    });

    it("a gift", () => {
      const { state } = given(cart).when({ type: "AddItem", sku: "gift", quantity: 1, price: 0 });
      expect(state).to.include({ total: 0, revision: 1 });
    });

    it("a quantity that is changed", () => {
      const { events, state } = given(cart, [bananas, milk]).when({
        type: "ChangeQuantity",
        sku: "banana",
        quantity: 5,
      });
      expect(events).to.deep.equal([{ type: "QuantityChanged", sku: "banana", quantity: 5 }]);
      expect(state.total).to.equal(5_400);
    });

    it("an item that is removed", () => {
      const { events, state } = given(cart, [bananas, milk]).when({ type: "RemoveItem", sku: "banana" });
      expect(events).to.deep.equal([{ type: "ItemRemoved", sku: "banana" }]);
      expect(state).to.deep.include({ lines: [{ sku: "milk", quantity: 1, price: 2_900 }], total: 2_900 });
    });

    it("the checkout, with its total", () => {
      const { events, reply, state } = given(cart, [bananas]).when({ type: "Checkout" });
      expect(events).to.deep.equal([checkedOut]);
      expect(reply).to.deep.equal({ total: 1_000, revision: 2 });
      expect(state.checkedOut).to.equal(true);
    });

    it("what corrects a wrong price, beside the event that was wrong", () => {
      const command: CartCommand = { type: "CorrectPrice", sku: "banana", price: 50, reason: "a zero too many" };
      const { events, state } = given(cart, [bananas]).when(command);
      const { type: _, ...rest } = command;
      expect(events).to.deep.equal([{ type: "PriceCorrected", ...rest, was: 500 }]);
      expect(state).to.deep.include({ total: 100, revision: 2 });
    });

    it("that it is paid, once the checkout is confirmed", () => {
      const { events, reply } = given(cart, [bananas, checkedOut]).when({ type: "ConfirmCheckout", checkout: 2 });
      expect(events).to.deep.equal([{ type: "Paid", total: 1_000 }]);
      expect(reply).to.deep.include({ checkedOut: true, paid: true, revision: 3 });
    });

    it("why it is reopened, and is open for everything then", () => {
      const reopen: CartCommand = { type: "ReopenCart", checkout: 2, reason: "out of stock" };
      const { events } = given(cart, [bananas, checkedOut]).when(reopen);
      expect(events).to.deep.equal([{ type: "Reopened", reason: "out of stock" }]);
      const again = given(cart, [bananas, checkedOut, reopened]);
      expect(again.when(addMilk).events).to.deep.equal([milk]);
      expect(again.when({ type: "Checkout" }).events).to.deep.equal([checkedOut]);
    });

    it("skus that are names of every object, or Korean", () => {
      const skus = ["__proto__", "constructor", "바나나", "🍌"];
      const history = skus.map((sku): CartEvent => ({ type: "ItemAdded", sku, quantity: 1, price: 10 }));
      const { state } = given(cart, history).when({ type: "RemoveItem", sku: "__proto__" });
      expect(state.lines.map(({ sku }) => sku)).to.deep.equal(["constructor", "바나나", "🍌"]);
    });
  });

  describe("stores nothing", () => {
    it("for a quantity that it has already", () => {
      const { events, reply } = given(cart, [bananas]).when({ type: "ChangeQuantity", sku: "banana", quantity: 2 });
      expect(events).to.deep.equal([]);
      expect(reply).to.deep.include({ total: 1_000, revision: 1 });
    });

    it("for a price that it has already", () => {
      const command: CartCommand = { type: "CorrectPrice", sku: "banana", price: 500, reason: "to be sure" };
      expect(given(cart, [bananas]).when(command)).to.deep.include({ events: [], rejection: undefined });
    });

    it("for the end of a checkout that is over", () => {
      const late: CartCommand = { type: "ReopenCart", checkout: 2, reason: "out of stock" };
      for (const history of [
        [bananas, checkedOut, reopened],
        [bananas, checkedOut, reopened, checkedOut],
      ]) {
        const { events, reply } = given(cart, history).when(late);
        expect(events).to.deep.equal([]);
        expect(reply).to.deep.include({ revision: history.length });
      }
    });

    it("for a look into it, also after the checkout", () => {
      const { events, reply } = given(cart, [bananas, checkedOut]).when({ type: "GetCart" });
      expect(events).to.deep.equal([]);
      expect(reply).to.deep.include({ total: 1_000, checkedOut: true, revision: 2 });
    });

    it("for a snapshot", () => {
      expect(given(cart, [bananas]).when({ type: "SaveSnapshot" })).to.deep.include({ events: [], reply: undefined });
    });

    for (const type of ["GiftWrap", "toString", "__proto__"]) {
      it(`for the command ${type}, which it does not know`, () => {
        const { events, rejection } = given(cart).when(scripted({ type }));
        expect(rejection).to.be.instanceOf(UnhandledCommandError);
        expect(events).to.deep.equal([]);
      });
    }
  });

  describe("after the checkout", () => {
    const closed = [bananas, checkedOut];
    const text = "the cart is checked out";
    refuses("more items", closed, addMilk, "CART_CLOSED", text);
    refuses("fewer items", closed, { type: "RemoveItem", sku: "banana" }, "CART_CLOSED", text);
    refuses("another quantity", closed, { type: "ChangeQuantity", sku: "banana", quantity: 1 }, "CART_CLOSED", text);
    refuses("another checkout", closed, { type: "Checkout" }, "CART_CLOSED", text);
    const correct: CartCommand = { type: "CorrectPrice", sku: "banana", price: 50, reason: "a zero too many" };
    refuses("another price", closed, correct, "CART_CLOSED", text);

    const over = "no such checkout of the cart is under way";
    const paid: CartEvent = { type: "Paid", total: 1_000 };
    const confirm: CartCommand = { type: "ConfirmCheckout", checkout: 2 };
    const reopen: CartCommand = { type: "ReopenCart", reason: "on second thoughts" };
    refuses("to confirm it again", [...closed, paid], confirm, "CHECKOUT_OVER", over);
    refuses("to confirm an earlier one", [...closed, reopened, checkedOut], confirm, "CHECKOUT_OVER", over);
    refuses("to be opened when it is paid", [...closed, paid], reopen, "CHECKOUT_OVER", over);
    refuses("to be opened when it is open", [bananas], reopen, "CHECKOUT_OVER", over);
    const unexplained = `a reason is a text of 1 to ${reasonLengthMax} characters, not nothing`;
    refuses("to be opened without a reason", closed, scripted({ type: "ReopenCart" }), "INVALID_REASON", unexplained);
  });

  describe("at any time", () => {
    refuses("to check out nothing", [], { type: "Checkout" }, "CART_EMPTY", "the cart is empty");
    const unknown = "there is no caviar in the cart";
    refuses("to remove what is not there", [milk], { type: "RemoveItem", sku: "caviar" }, "UNKNOWN_ITEM", unknown);
    const caviar: CartCommand = { type: "ChangeQuantity", sku: "caviar", quantity: 1 };
    refuses("to change what is not there", [milk], caviar, "UNKNOWN_ITEM", unknown);

    for (const quantity of [0, -1, 2.5, 1e-9, "2", true, null, [1], { n: 1 }, undefined]) {
      const shown = quantity === undefined ? "nothing" : JSON.stringify(quantity);
      const said = `a quantity is a whole number above 0, not ${shown}`;
      for (const command of [
        scripted({ type: "AddItem", sku: "banana", quantity, price: 1 }),
        scripted({ type: "ChangeQuantity", sku: "banana", quantity }),
      ]) {
        refuses(`${shown} as the quantity in ${command.type}`, [bananas], command, "INVALID_QUANTITY", said);
      }
    }

    for (const price of [-1, 1.5, priceMax + 1, "500", null, undefined]) {
      const shown = price === undefined ? "nothing" : JSON.stringify(price);
      const said = `a price is a whole number from 0 to ${priceMax}, not ${shown}`;
      const command = scripted({ type: "AddItem", sku: "banana", quantity: 1, price });
      refuses(`${shown} as the price`, [bananas], command, "INVALID_PRICE", said);
    }

    for (const sku of ["", 42, null, ["banana"], "\ud800", undefined]) {
      const shown = sku === undefined ? "nothing" : JSON.stringify(sku);
      const said = `a sku is a text of 1 to ${skuLengthMax} characters, not ${shown}`;
      const commands = [
        { type: "AddItem", sku, quantity: 1, price: 1 },
        { type: "RemoveItem", sku },
        { type: "ChangeQuantity", sku, quantity: 1 },
      ];
      for (const command of commands) {
        refuses(`${shown} as the sku in ${command.type}`, [bananas], scripted(command), "INVALID_SKU", said);
      }
    }

    const long = "x".repeat(skuLengthMax + 1);
    const shortened = `a sku is a text of 1 to ${skuLengthMax} characters, not "${"x".repeat(38)}…`;
    refuses("an overlong sku, in few words", [], scripted({ type: "RemoveItem", sku: long }), "INVALID_SKU", shortened);
  });

  describe("at its limits", () => {
    const most: CartEvent = { type: "ItemAdded", sku: "banana", quantity: quantityMax, price: priceMax };
    const full = Array.from({ length: linesMax }, (_, n): CartEvent => ({ ...most, sku: `item ${n}` }));

    it("still counts exactly", () => {
      const { state } = given(cart, full).when({ type: "Checkout" });
      expect(state.total).to.equal(linesMax * quantityMax * priceMax);
      expect(Number.isSafeInteger(state.total)).to.equal(true);
    });

    const many = `${quantityMax + 1} of one item are more than ${quantityMax}`;
    refuses(
      "one piece more",
      [most],
      { type: "AddItem", sku: "banana", quantity: 1, price: 1 },
      "QUANTITY_LIMIT",
      many,
    );
    const change: CartCommand = { type: "ChangeQuantity", sku: "banana", quantity: quantityMax + 1 };
    refuses("a change to one piece more", [most], change, "QUANTITY_LIMIT", many);
    const noRoom = `the cart holds ${linesMax} different items, and no more fit`;
    refuses("one item more", full, addMilk, "CART_FULL", noRoom);

    it("takes more of what it has", () => {
      const history = full.map((event, n) => (n === 0 ? { ...most, sku: "milk", quantity: 1 } : event));
      expect(given(cart, history).when(addMilk).events).to.deep.equal([milk]);
    });
  });
});
