/** The deliveries of an incarnation, when its definition has any. */
import { Deliveries } from "./deliveries.ts";
import type { EntitySeat } from "./entity-seat.ts";
import type { EntitySignals } from "./entity-signals.ts";
import type { EntityScope } from "./event-sourced.ts";

export function deliveriesOf<C, E, S>(
  { type, entityId, persistenceId, host, cell }: EntitySeat<C, E, S>,
  signals: EntitySignals<C, S>,
): Deliveries<E, EntityScope> | undefined {
  const options = type.options.deliveries;
  return (
    options &&
    new Deliveries(options, {
      entityId,
      persistenceId,
      clock: host.clock,
      scope: host.scope,
      undeliverable: (to, error) => host.log.warn(`${cell.path} cannot deliver to ${to} for now`, error),
      warn: (deliveries) => signals.tellOrFail({ type: "DeliveriesUnconfirmed", deliveries }),
    })
  );
}
