/** A read model of tables. */
import type { SqlTransaction, SqlViewStore } from "../storage/view-store.ts";
import { type Handling, handlingOf } from "./handlers.ts";
import {
  assertFunction,
  definitionOf,
  type ProjectionDefinition,
  type ProjectionOptions,
} from "./projection-definition.ts";
import { SqlStep } from "./sql-step.ts";

/** Where tables are kept, and what they are. */
export interface TablePlace {
  /** Made by `sqliteViews` of rekindle/sqlite. */
  readonly store: SqlViewStore;
  /**
   * Makes the tables, when the view is begun and whenever it is rebuilt. Every table and index is named by `sql.table(name)`:
   * while a view is rebuilt its tables have other names.
   */
  readonly schema: (sql: SqlTransaction) => void;
}

/**
 * A view of tables. The statements of its handlers and the place of the projection are one transaction of the database, so that each
 * event takes effect exactly once. Its handlers must not be async: the transaction is open while they run.
 *
 * @throws TypeError when an option is missing or of the wrong kind
 */
export function sqlProjection<E>(
  options: ProjectionOptions<E> & TablePlace & Handling<E, SqlTransaction, void>,
): ProjectionDefinition {
  const handling = handlingOf(options, `projection ${options?.name}`);
  const { store, schema } = options;
  assertFunction(schema, `schema of the projection ${options.name}`);
  if (typeof store?.transact !== "function")
    throw new TypeError(`store of the projection ${options.name} must be made by sqliteViews() or the like`);
  return definitionOf(options, "sqlProjection", {
    store,
    rebuildable: true,
    steps: {
      begin: (_store, name, offsets) => store.beginTables(name, offsets, schema),
      make: (parts) => new SqlStep(parts, store, handling),
    },
  });
}
