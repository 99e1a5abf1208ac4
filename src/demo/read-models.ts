/** The read models of the shop: tables that follow the events of the carts, and keep their own place beside their rows. */
import { eventsOf, type ProjectionDefinition, sqlProjection } from "rekindle/projection";
import type { SqliteViews } from "rekindle/sqlite";
import { cart } from "./cart.ts";
import { afterEvent, type CartState, emptyCart } from "./cart-state.ts";

const source = eventsOf(cart);

/** Each event takes effect once, for the rows and the place are one transaction. */
export function readModels(store: SqliteViews): readonly ProjectionDefinition[] {
  return [popularItems(store), salesPerHour(store), openCarts(store)];
}

/** How many pieces of what are in which cart, paid or not. */
function popularItems(store: SqliteViews): ProjectionDefinition {
  return sqlProjection({
    name: "popular items",
    source,
    store,
    schema: (sql) => sql.run(`CREATE TABLE ${sql.table("popular_items")} (sku, cart, pieces, PRIMARY KEY (sku, cart))`),
    handlers: {
      ItemAdded({ entityId, event: { sku, quantity } }, sql) {
        const add = "ON CONFLICT (sku, cart) DO UPDATE SET pieces = pieces + excluded.pieces";
        sql.run(`INSERT INTO ${sql.table("popular_items")} VALUES (?, ?, ?) ${add}`, sku, entityId, quantity);
      },
      QuantityChanged({ entityId, event: { sku, quantity } }, sql) {
        const where = "WHERE sku = ? AND cart = ?";
        sql.run(`UPDATE ${sql.table("popular_items")} SET pieces = ? ${where}`, quantity, sku, entityId);
      },
      ItemRemoved({ entityId, event: { sku } }, sql) {
        sql.run(`DELETE FROM ${sql.table("popular_items")} WHERE sku = ? AND cart = ?`, sku, entityId);
      },
    },
  });
}

/** What was paid, by the hour in UTC. */
function salesPerHour(store: SqliteViews): ProjectionDefinition {
  return sqlProjection({
    name: "sales per hour",
    source,
    store,
    schema: (sql) => sql.run(`CREATE TABLE ${sql.table("sales_per_hour")} (hour PRIMARY KEY, carts, total)`),
    handlers: {
      Paid({ timestamp, event: { total } }, sql) {
        const hour = new Date(timestamp).toISOString().slice(0, 13).replace("T", " ");
        const add = "ON CONFLICT (hour) DO UPDATE SET carts = carts + 1, total = total + excluded.total";
        sql.run(`INSERT INTO ${sql.table("sales_per_hour")} VALUES (?, 1, ?) ${add}`, hour, total);
      },
    },
  });
}

/** The carts that are not paid, as the same event handler makes them that makes the entities. */
function openCarts(store: SqliteViews): ProjectionDefinition {
  return sqlProjection({
    name: "open carts",
    source,
    store,
    schema: (sql) => sql.run(`CREATE TABLE ${sql.table("open_carts")} (cart PRIMARY KEY, items, total, state)`),
    handler({ entityId, event, sequenceNr }, sql) {
      const carts = sql.table("open_carts");
      const row = sql.get(`SELECT state FROM ${carts} WHERE cart = ?`, entityId) as { state: string } | undefined;
      const before: CartState = row ? JSON.parse(row.state) : emptyCart;
      const { lines, total, paid, ...rest } = afterEvent(before, event, sequenceNr);
      if (paid) sql.run(`DELETE FROM ${carts} WHERE cart = ?`, entityId);
      else {
        const state = JSON.stringify({ lines, total, paid, ...rest });
        sql.run(`INSERT OR REPLACE INTO ${carts} VALUES (?, ?, ?, ?)`, entityId, lines.length, total, state);
      }
    },
  });
}
