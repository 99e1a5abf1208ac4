/** Actors that have subscribed to the event stream, and count what they get. */
import { type ActorSystem, actor } from "rekindle";
import type { BenchEvent } from "./bench-cart.ts";
import { Inbox } from "./inbox.ts";

const eventType: BenchEvent["type"] = "ItemAdded";

export function subscribeAll(system: ActorSystem, subscribers: number): Inbox {
  const inbox = new Inbox();
  const behavior = actor<object, undefined>({ initialState: undefined, receive: () => inbox.take() });
  for (let n = 0; n < subscribers; n++) {
    system.eventStream.subscribe(system.spawn(behavior, `subscriber-${n}`), eventType);
  }
  return inbox;
}
