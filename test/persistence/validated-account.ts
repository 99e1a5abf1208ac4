import { type Command, type EventSourcedDefinition, eventSourced } from "rekindle";
import * as z from "zod";

const deposit = z.object({ amount: z.number().int().positive(), text: z.string().trim().default("cash") });

export type AccountCommand = Command<"Deposit", z.infer<typeof deposit>, number>;
export type AccountEvent = { type: "Deposited"; amount: number; text: string };

export const account: EventSourcedDefinition<AccountCommand, AccountEvent, number> = eventSourced<
  AccountCommand,
  AccountEvent,
  number
>({
  entityType: "account",
  emptyState: 0,
  commands: { Deposit: deposit },
  events: { Deposited: { schema: z.object({ amount: z.number().max(1_000_000), text: z.string() }) } },
  commandHandler: (_balance, command, { effect }) =>
    effect
      .persist({ type: "Deposited", amount: command.amount, text: command.text })
      .thenReply(command, (balance) => balance),
  eventHandler: (balance, event) => balance + event.amount,
});
