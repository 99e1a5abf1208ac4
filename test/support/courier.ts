/** An entity that must deliver letters to other actors, and recipients that note what reaches them. */
import {
  type ActorRef,
  type ActorSystem,
  type ActorSystemOptions,
  type AnyActorRef,
  actor,
  type Command,
  type DeliveryOptions,
  type EntityRef,
  type EntityScope,
  type EventSourcedDefinition,
  type EventSourcedOptions,
  eventSourced,
} from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type FaultyStorage, faultyStorage, ManualClock } from "rekindle/testkit";
import { startSystem } from "./start-system.ts";
import { quiet } from "./waiting.ts";

export type CourierEvent =
  | { readonly type: "Posted"; readonly to: string; readonly text: unknown }
  | { readonly type: "Confirmed"; readonly deliveryId: string };

export type CourierCommand =
  | Command<"Store", { readonly events: readonly CourierEvent[] }, number>
  | Command<"Confirm", { readonly deliveryId: string }, number>
  | Command<"Count", object, number>
  | Command<"Save">
  | Command<"Fail">;

/** What a recipient is sent. */
export interface Letter {
  readonly deliveryId: string;
  readonly text: unknown;
}

export type CourierDeliveries = DeliveryOptions<CourierEvent, EntityScope>;
export type CourierOptions = Partial<EventSourcedOptions<CourierCommand, CourierEvent, number>>;
export type Courier = EventSourcedDefinition<CourierCommand, CourierEvent, number>;

export const redeliverAfterMs = 1_000;

export function posted(text: unknown, to = "A"): CourierEvent {
  return { type: "Posted", to, text };
}

export function confirmed(deliveryId: string): CourierEvent {
  return { type: "Confirmed", deliveryId };
}

export function store(...events: CourierEvent[]) {
  return { type: "Store", events } as const;
}

/** Its state is the number of its events. */
export function courier(
  destination: CourierDeliveries["destination"],
  deliveries: Partial<CourierDeliveries> = {},
  options: CourierOptions = {},
): Courier {
  return eventSourced<CourierCommand, CourierEvent, number>({
    entityType: "courier",
    emptyState: 0,
    commandHandler(count, command, { effect }) {
      switch (command.type) {
        case "Store":
          return effect.persist(command.events).thenReply(command, (count) => count);
        case "Confirm":
          return effect.persist(confirmed(command.deliveryId)).thenReply(command, (count) => count);
        case "Count":
          return effect.reply(command, count);
        case "Save":
          return effect.snapshot();
        case "Fail":
          throw new Error("boom");
      }
    },
    eventHandler: (count) => count + 1,
    supervision: { minBackoffMs: 1, maxBackoffMs: 1, jitter: 0 },
    deliveries: {
      begins: (event) =>
        event.type === "Posted"
          ? [{ to: event.to, message: (deliveryId): Letter => ({ deliveryId, text: event.text }) }]
          : [],
      confirms: (event) => (event.type === "Confirmed" ? [event.deliveryId] : []),
      destination,
      redeliverAfterMs,
      ...deliveries,
    },
    ...options,
  });
}

/** A system with one courier. Time stands still unless {@link PostOffice.pass} moves it. */
export interface PostOffice {
  readonly system: ActorSystem;
  readonly clock: ManualClock;
  readonly storage: FaultyStorage;
  readonly courier: EntityRef<CourierCommand>;
  /** Who is behind a name. Recipient A is there from the beginning. */
  readonly recipients: Map<string, AnyActorRef>;
  /** What recipients have noted, such as `A 1-1 hello`. */
  readonly received: string[];
  /** Spawns a recipient that notes what it gets, unless it loses the nth, and passes it on to `then`. */
  addRecipient(name: string, then?: (letter: Letter) => void, loses?: (nth: number) => boolean): ActorRef<Letter>;
  confirm(deliveryId: string): Promise<number>;
  /** Lets everything go on that waits for nothing but time, then so much time pass. */
  pass(ms: number): Promise<void>;
}

export async function postOffice(
  deliveries: Partial<CourierDeliveries> = {},
  options: CourierOptions = {},
  { storage = faultyStorage(memoryStorage()), ...systemOptions }: ActorSystemOptions & { storage?: FaultyStorage } = {},
): Promise<PostOffice> {
  const clock = new ManualClock();
  const system = await startSystem({ clock, storage, ...systemOptions });
  const recipients = new Map<string, AnyActorRef>();
  const received: string[] = [];
  const definition = courier((to) => recipients.get(to), deliveries, options);
  const ref = system.entityRef(definition, "1");
  function addRecipient(
    name: string,
    then: (letter: Letter) => void = () => {},
    loses: (nth: number) => boolean = () => false,
  ): ActorRef<Letter> {
    const receive = (before: number, letter: Letter): number => {
      if (loses(before + 1)) return before + 1;
      received.push(`${name} ${letter.deliveryId} ${letter.text}`);
      then(letter);
      return before + 1;
    };
    const recipient = system.spawn(actor<Letter, number>({ initialState: 0, receive }));
    recipients.set(name, recipient);
    return recipient;
  }
  addRecipient("A");
  return {
    system,
    clock,
    storage,
    courier: ref,
    recipients,
    received,
    addRecipient,
    confirm: (deliveryId) => ref.ask({ type: "Confirm", deliveryId }),
    async pass(ms) {
      await quiet();
      clock.advance(ms);
      await quiet();
    },
  };
}
