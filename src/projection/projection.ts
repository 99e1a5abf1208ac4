/** A read model of keys and values. */
import type { ViewStore } from "../storage/view-store.ts";
import { EntryStep } from "./entry-step.ts";
import { type Handling, handlingOf } from "./handlers.ts";
import { definitionOf, type ProjectionDefinition, type ProjectionOptions } from "./projection-definition.ts";
import type { ViewTransaction } from "./view-transaction.ts";

/** Where a view of keys and values is kept. */
export interface ViewPlace {
  /** Default: the storage of the actor system, beside its events. */
  readonly store?: ViewStore;
}

/**
 * A view of keys and values. What its handlers change is stored in one with the place of the projection, so that each event takes
 * effect exactly once, whenever the process ends. A handler may be called again for an event that has not taken effect yet:
 * it should read and change nothing but its view.
 *
 * @throws TypeError when an option is missing or of the wrong kind
 */
export function projection<E>(
  options: ProjectionOptions<E> & ViewPlace & Handling<E, ViewTransaction, void | Promise<void>>,
): ProjectionDefinition {
  const handling = handlingOf(options, `projection ${options?.name}`);
  return definitionOf(options, "projection", {
    store: options.store,
    rebuildable: true,
    steps: {
      begin: (store, name, offsets) => store.begin(name, offsets),
      make: (parts) => new EntryStep(parts, handling, (view) => ({ view })),
    },
  });
}
