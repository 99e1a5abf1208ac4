/** Who listens to a system: a subscriber of the event stream of either kind, and the actor to which ledgers deliver. */
import { type ActorRef, type ActorSystem, actor, type EventEnvelope, type SystemEvent } from "rekindle";
import type { Checker } from "./checker.ts";
import type { Parcel } from "./ledger.ts";
import type { Truth } from "./truth.ts";
import type { Workload } from "./workload.ts";

/** Who is told. */
export interface Listeners {
  readonly checker: Checker;
  readonly workload: Workload;
  readonly truth: Truth;
  readonly trace: (line: string) => void;
}

/** Begins to listen; ends with the system. */
export function listen(system: ActorSystem, { checker, workload, truth, trace }: Listeners): void {
  checker.recipientNow = spawnListener<Parcel>(system, "recipient", (parcel) => {
    checker.arrived(parcel);
    workload.confirm(parcel, truth.places(parcel.command)[0]?.persistenceId ?? "");
  });
  const subscriber = spawnListener<EventEnvelope>(system, "subscriber", (event) => checker.heard(event));
  system.eventStream.subscribe(subscriber);
  system.eventStream.asObservable().subscribe((event) => {
    if ("offset" in event) return checker.published(event);
    trace(describe(event));
    if (event.type === "ActorStarted") checker.started(event.path);
    if (event.type === "ActorStopped") checker.stopped(event.path);
    if (event.type === "ActorFailed") checker.failed(event.path, event.error);
  });
}

/** A plain actor that does nothing but listen. */
function spawnListener<M>(system: ActorSystem, name: string, listen: (message: M) => void): ActorRef<M> {
  const receive = (_state: undefined, message: M): undefined => void listen(message);
  return system.spawn(actor<M, undefined>({ initialState: undefined, receive }), name);
}

function describe(event: SystemEvent): string {
  switch (event.type) {
    case "StorageFailed":
    case "StorageRecovered":
      return event.type;
    case "ProjectionFailed":
    case "EventSkipped":
      return `${event.type} ${event.projection}`;
    case "RecoveryCompleted": {
      const after = event.snapshotSequenceNr > 0 ? `, ${event.replayedEvents} of them after a snapshot` : "";
      return `${event.path} recovered ${event.sequenceNr} events${after}`;
    }
    case "ActorFailed":
      return `${event.type} ${event.path} ${event.willRestart ? "for now" : "for good"}: ${String(event.error)}`;
    default:
      return `${event.type} ${event.path}`;
  }
}
