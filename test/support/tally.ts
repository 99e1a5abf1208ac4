/** A small aggregate: a number. */
import { type Command, type EventSourcedDefinition, eventSourced } from "rekindle";

export type TallyCommand =
  | Command<"Add", { readonly amount: number }, number>
  | Command<"Double", object, number>
  | Command<"Get", object, number>
  | Command<"Fail">;

export type TallyEvent = { readonly type: "Added"; readonly amount: number };

export type TallyDefinition = EventSourcedDefinition<TallyCommand, TallyEvent, number>;

/** Stores what is added, and answers every command with the sum. */
export function tallyNamed(entityType: string): TallyDefinition {
  return eventSourced<TallyCommand, TallyEvent, number>({
    entityType,
    emptyState: 0,
    commandHandler(sum, command, { effect }) {
      switch (command.type) {
        case "Add":
          return effect.persist({ type: "Added", amount: command.amount }).thenReply(command, (sum) => sum);
        case "Double":
          return effect.persist({ type: "Added", amount: sum }).thenReply(command, (sum) => sum);
        case "Get":
          return effect.reply(command, sum);
        case "Fail":
          throw new Error("boom");
      }
    },
    eventHandler: (sum, event) => sum + event.amount,
    supervision: { minBackoffMs: 1, jitter: 0 },
  });
}

export const tally: TallyDefinition = tallyNamed("tally");
