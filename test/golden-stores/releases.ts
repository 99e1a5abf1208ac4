/**
 * The entity types of the golden stores, as three releases of one program define them.
 * A store that was made stays as it is: a later story adds definitions, and changes none.
 */
import {
  type ActorSystem,
  actor,
  type Command,
  type EventDeclarations,
  type EventSourcedDefinition,
  type EventSourcedOptions,
  eventAt,
  eventSourced,
} from "rekindle";

export type Told = { readonly type: string; readonly [member: string]: unknown };

/** What happened to an entity, as its events say. */
export interface Tale {
  readonly events: readonly Told[];
  /** As the event handler was told: number, time and metadata of each. */
  readonly places: readonly unknown[];
}

export type Telling =
  | Command<"Tell", { readonly events: readonly Told[] }, { readonly told: number }>
  | Command<"Save">
  | Command<"Read", object, Tale>;

export type Teller = EventSourcedDefinition<Telling, Told, Tale>;
type Options = Partial<EventSourcedOptions<Telling, Told, Tale>>;

function teller(entityType: string, options: Options = {}): Teller {
  return eventSourced<Telling, Told, Tale>({
    entityType,
    emptyState: { events: [], places: [] },
    commandHandler(tale, command, { effect }) {
      switch (command.type) {
        case "Tell":
          return effect.persist(command.events).thenReply(command, ({ events }) => ({ told: events.length }));
        case "Save":
          return effect.snapshot();
        case "Read":
          return effect.reply(command, tale);
      }
    },
    eventHandler: ({ events, places }, event, { sequenceNr, timestamp, metadata }) => ({
      events: [...events, event],
      places: [...places, [sequenceNr, timestamp, metadata]],
    }),
    tagger: ({ tags }) => (Array.isArray(tags) ? tags.map(String) : []),
    passivateAfterMs: Number.POSITIVE_INFINITY,
    commandIds: { maxAgeMs: Number.POSITIVE_INFINITY },
    ...options,
  });
}

const deposited = {
  1: ({ amount, ...event }: { readonly type: string; readonly amount: string }) => ({
    ...event,
    cents: Math.round(Number(amount) * 100),
  }),
  2: (event: Told) => ({ ...event, currency: "KRW" }),
};

const accounts: readonly (EventDeclarations<Told> | undefined)[] = [
  undefined,
  { Deposited: { upcasters: { 1: deposited[1] } }, Corrected: {}, Viewed: {}, Shut: {} },
  {
    Deposited: { version: 3, upcasters: deposited },
    Withdrawn: {},
    Closed: {},
    Corrected: {
      retired: ({ from, to }) => [{ type: "Withdrawn", cents: from }, eventAt(2, { type: "Deposited", cents: to })],
    },
    Viewed: { retired: () => [] },
    Shut: { renamedTo: "Closed" },
  },
];

/** A state of release 3 from one of the releases before. */
function migrate(state: unknown): Tale {
  const { events, places } = state as Tale;
  return { events: [...events, { type: "Migrated" }], places };
}

/** What one release knows. */
export interface Release {
  /** Three versions of its events. */
  readonly account: Teller;
  /** Deletes events behind its snapshots; its state changed with release 3, which can migrate it. */
  readonly diary: Teller;
  /** Keeps events and snapshots; its state changed with release 3, which replays. */
  readonly sketch: Teller;
  /** Owes messages to `recipient`. */
  readonly courier: Teller;
  /** Written by a projection. */
  readonly report: Teller;
}

/** @param received where the recipient of the courier notes what reaches it; without one there is no recipient */
export function releaseOf(number: 1 | 2 | 3, received?: unknown[]): Release {
  const events = accounts[number - 1];
  const last = number === 3;
  let recipient: ReturnType<ActorSystem["spawn"]> | undefined;
  const note = actor<unknown, null>({
    initialState: null,
    receive(_state, message) {
      received?.push(message);
      return null;
    },
  });
  return {
    account: teller("account", events && { events }),
    diary: teller("diary", {
      snapshots: { every: 3, keep: 1, deleteEvents: true, ...(last && { schemaVersion: 2, migrate }) },
    }),
    sketch: teller("sketch", { snapshots: { schemaVersion: last ? 2 : 1 } }),
    courier: teller("courier", {
      deliveries: {
        begins: ({ to, text }) => (to === undefined ? [] : [{ to: String(to), message: (id) => ({ id, text }) }]),
        confirms: ({ confirmed }) => (confirmed === undefined ? [] : [String(confirmed)]),
        destination(_to, system) {
          if (received) recipient ??= system.spawn(note, "recipient") as NonNullable<typeof recipient>;
          return recipient;
        },
      },
    }),
    report: teller("report"),
  };
}
