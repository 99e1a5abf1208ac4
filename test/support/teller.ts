/** An entity whose state is the list of its events: what a history means under another declaration of its event types can be read off. */
import {
  type Command,
  type EventDeclarations,
  type EventSourcedDefinition,
  type EventSourcedOptions,
  eventSourced,
  type Storage,
} from "rekindle";
import { startSystem } from "./start-system.ts";

export type Told = { readonly type: string; readonly [member: string]: unknown };

export type TellerCommand =
  | Command<"Tell", { readonly events: readonly Told[] }, number>
  | Command<"Read", object, readonly Told[]>;

export type TellerOptions = Partial<EventSourcedOptions<TellerCommand, Told, readonly Told[]>>;
export type Teller = EventSourcedDefinition<TellerCommand, Told, readonly Told[]>;
export type Declarations = EventDeclarations<Told>;

/** Another definition of the same entity type: an earlier or a later release of it. */
export function teller(events?: Declarations, options: TellerOptions = {}): Teller {
  return eventSourced<TellerCommand, Told, readonly Told[]>({
    entityType: "teller",
    emptyState: [],
    commandHandler(told, command, { effect }) {
      switch (command.type) {
        case "Tell":
          return effect.persist(command.events).thenReply(command, (after) => after.length);
        case "Read":
          return effect.reply(command, told);
      }
    },
    eventHandler: (told, event) => [...told, event],
    supervision: { minBackoffMs: 1, maxBackoffMs: 1, jitter: 0, resetAfterMs: 60_000 },
    ...(events && { events }),
    ...options,
  });
}

/** Stores these events for teller 1 as a release with that definition does. */
export async function tell(storage: Storage, release: Teller, ...events: Told[]): Promise<void> {
  const system = await startSystem({ storage });
  await system.entityRef(release, "1").ask({ type: "Tell", events });
  await system.terminate();
}
