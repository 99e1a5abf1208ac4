/** The basket of the seed sample: the same texts, the same rules, the same pid. */
import { type Command, type EventSourcedDefinition, type EventSourcedOptions, eventSourced } from "rekindle";

/** A text that is to be stored, and a question that is answered with the number of things in the basket. */
export type BasketCommand =
  | Command<"Cmd", { readonly data: string }>
  | Command<"snap">
  | Command<"print", object, { readonly text: string; readonly count: number }>;

export interface BasketEvent {
  readonly type: "Evt";
  readonly data: string;
}

export const pid = "sample-id-1";

export const commands: readonly BasketCommand[] = [
  { type: "Cmd", data: "장바구니를 물건을 담음+1" },
  { type: "Cmd", data: "장바구니에 물건을 뺌-0" },
  { type: "Cmd", data: "장바구니에 물건을 담음+1" },
  { type: "Cmd", data: "장바구니에 물건을 담음+2" },
];

/** The texts of the events: the command's, and the number of the event. */
export const texts: readonly string[] = [
  "장바구니를 물건을 담음+1-1",
  "장바구니에 물건을 뺌-0-2",
  "장바구니에 물건을 담음+1-3",
  "장바구니에 물건을 담음+2-4",
];

/** What `print` shows: the newest first. */
export const printed =
  "장바구니에 물건을 담음+2-4, 장바구니에 물건을 담음+1-3, 장바구니에 물건을 뺌-0-2, 장바구니를 물건을 담음+1-1";

/** Every "담음" puts one in and every "뺌" takes one out; the numbers in the text count for nothing. */
function countInBasket(events: readonly string[]): number {
  return events.reduce(
    (count, text) => (text.includes("담음") ? count + 1 : text.includes("뺌") ? count - 1 : count),
    0,
  );
}

export function basket(
  more: Pick<EventSourcedOptions<BasketCommand, BasketEvent, readonly string[]>, "recovery" | "onSignal"> = {},
): EventSourcedDefinition<BasketCommand, BasketEvent, readonly string[]> {
  return eventSourced<BasketCommand, BasketEvent, readonly string[]>({
    entityType: "persistentActor",
    persistenceId: () => pid,
    emptyState: [],
    commandHandler(state, command, { effect }) {
      switch (command.type) {
        case "Cmd":
          return effect.persist({ type: "Evt", data: `${command.data}-${state.length + 1}` });
        case "snap":
          return effect.snapshot();
        case "print":
          return effect.reply(command, { text: [...state].reverse().join(", "), count: countInBasket(state) });
      }
    },
    eventHandler: (state, { data }) => [...state, data],
    ...more,
  });
}
