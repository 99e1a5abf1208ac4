/** An actor that does in its handler what a test tells it to: a plain one, and an entity. */
import { type ActorContext, type ActorRef, type ActorSystem, actor, type OwnBelongings } from "rekindle";
import { ManualClock } from "rekindle/testkit";
import { type NotebookOptions, notebook, type Order } from "./notebook.ts";
import { startSystem } from "./start-system.ts";
import { quiet, rejection } from "./waiting.ts";

export type Context = OwnBelongings<Order> & Pick<ActorContext<Order>, "spawn">;
type Act = (context: Context) => unknown;

export const mistake = new Error("a mistake of the user");
export const supervision = { minBackoffMs: 1, maxBackoffMs: 1, jitter: 0 };

interface Stage {
  readonly system: ActorSystem;
  readonly clock: ManualClock;
  readonly ref: ActorRef<Order>;
  /** The types of the messages that the actor has been sent, the scripted ones left out. */
  readonly heard: string[];
  /** Has the actor do something in its handler. */
  act(act: Act): Promise<unknown>;
  /** Makes the actor fail, and lets it restart. */
  restart(): Promise<void>;
}

/** What an actor on the stage does with a message. */
export function obey(heard: string[], order: Order, context: Context): unknown {
  if (order.type === "Fail") throw mistake;
  if (order.type === "Act") return (order.act as Act)(context);
  return heard.push(order.type);
}

function spawnPlain(system: ActorSystem, heard: string[]): ActorRef<Order> {
  const behavior = actor<Order, undefined>({
    initialState: undefined,
    supervision,
    async receive(_state, order, context) {
      await obey(heard, order, context);
      context.reply("done");
      return undefined;
    },
  });
  return system.spawn(behavior);
}

function entityOf(system: ActorSystem, heard: string[], options: NotebookOptions = {}): ActorRef<Order> {
  const definition = notebook(
    {},
    {
      entityType: "scripted",
      passivateAfterMs: Number.POSITIVE_INFINITY,
      supervision,
      ...options,
      async commandHandler(_words, order, context) {
        await obey(heard, order, context);
        return context.effect.none();
      },
    },
  );
  return system.entityRef(definition, "1");
}

export async function stage(make: (system: ActorSystem, heard: string[]) => ActorRef<Order>): Promise<Stage> {
  const clock = new ManualClock();
  const system = await startSystem({ clock });
  const heard: string[] = [];
  const ref = make(system, heard);
  const act = (act: Act): Promise<unknown> => ref.ask({ type: "Act", act }, { timeoutMs: 1e9 });
  const restart = async (): Promise<void> => {
    await rejection(ref.ask({ type: "Fail" }));
    await quiet();
    clock.advance(1);
    await act(() => {});
  };
  return { system, clock, ref, heard, act, restart };
}

/** Both kinds of actor, for a test that holds for either. */
export const kinds = [
  ["a plain actor", spawnPlain],
  ["an entity", entityOf],
] as const;
