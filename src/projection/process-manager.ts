/** Events to commands: a process that goes on over several entities, whenever it was interrupted. */
import type { EventEnvelope } from "../persistence/event-envelope.ts";
import type { ProcessContext } from "./process-context.ts";
import { ProcessStep } from "./process-step.ts";
import type { ViewPlace } from "./projection.ts";
import {
  assertFunction,
  definitionOf,
  type ProjectionDefinition,
  type ProjectionOptions,
} from "./projection-definition.ts";

/** What a process manager does. */
export interface ProcessHandler<E> {
  /** For each event. It must do the same whenever it gets the same replies: no clock, no chance. */
  readonly handler: (envelope: EventEnvelope<E>, context: ProcessContext) => void | Promise<void>;
}

/**
 * Sends commands because of events, each carried out once, whenever the process ends. What it takes back when a later step is
 * rejected is up to its handler.
 *
 * @throws TypeError when an option is missing or of the wrong kind
 */
export function processManager<E>(options: ProjectionOptions<E> & ViewPlace & ProcessHandler<E>): ProjectionDefinition {
  assertFunction(options?.handler, `handler of the process manager ${options?.name}`);
  const handler = options.handler as (envelope: EventEnvelope, context: ProcessContext) => void | Promise<void>;
  return definitionOf(options, "processManager", {
    store: options.store,
    rebuildable: false,
    steps: {
      begin: (store, name, offsets) => store.begin(name, offsets),
      make: (parts) => new ProcessStep(parts, handler),
    },
  });
}
