import { type ActorSystem, type Command, type EventSourcedDefinition, eventSourced } from "rekindle";

type WalletCommand = Command<"Pay", { amount: number }, { balance: number }> | Command<"GetBalance", object, number>;
type WalletEvent = { type: "Paid"; amount: number };

export class InsufficientFundsError extends Error {}

export const wallet: EventSourcedDefinition<WalletCommand, WalletEvent, number> = eventSourced<
  WalletCommand,
  WalletEvent,
  number
>({
  entityType: "wallet",
  emptyState: 100,
  commandHandler(balance, command, { effect }) {
    switch (command.type) {
      case "Pay":
        if (command.amount > balance) return effect.reject(command, new InsufficientFundsError());
        return effect
          .persist({ type: "Paid", amount: command.amount })
          .thenReply(command, (left) => ({ balance: left }));
      case "GetBalance":
        return effect.reply(command, balance);
    }
  },
  eventHandler: (balance, { amount }) => balance - amount,
  commandIds: { max: 1_000, maxAgeMs: 24 * 60 * 60 * 1_000 },
});

/** `key` is made by the client, once for each payment, and sent again with every repetition: in HTTP the Idempotency-Key. */
export function pay(
  system: ActorSystem,
  payment: { walletId: string; amount: number; key: string; userId: string },
): Promise<{ balance: number }> {
  const { walletId, amount, key, userId } = payment;
  const options = { commandId: key, metadata: { userId } };
  return system.entityRef(wallet, walletId).ask({ type: "Pay", amount }, options);
}
