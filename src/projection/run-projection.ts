/** Runs projections on an actor system. */
import type { ViewStore } from "../storage/view-store.ts";
import type { ActorSystem } from "../system/actor-system.ts";
import type { ProjectionDefinition } from "./projection-definition.ts";
import type { ProjectionHost } from "./projection-host.ts";
import { readSource } from "./read-source.ts";
import { RunningProjection } from "./running-projection.ts";

/**
 * Starts a projection; it goes on where its view stands, and ends with the system. One at a time runs under a name.
 *
 * @throws TypeError when the system keeps no views and the definition names no store; NameTakenError when it runs already
 */
export function runProjection(system: ActorSystem, definition: ProjectionDefinition): RunningProjection {
  if (definition?.kind !== "projection")
    throw new TypeError("runProjection takes a definition made by projection() or the like");
  const store: ViewStore = definition.store ?? system.views;
  for (const type of definition.source.definitions) system.register(type);
  const running = new RunningProjection(definition, store, hostOf(system));
  running.start();
  system.beforeTermination(() => running.stop());
  return running;
}

function hostOf(system: ActorSystem): ProjectionHost {
  const { clock, readJournal, eventStream } = system;
  return {
    clock,
    entities: system,
    currentOffset: () => readJournal.currentOffset(),
    read: (source, fromOffset, signal) => readSource(readJournal, source, fromOffset, signal),
    tell(event) {
      if (eventStream.active) eventStream.publishSystemEvent(event);
    },
  };
}
