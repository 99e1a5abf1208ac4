/** What users like to do: drawn once for each seed, so that seeds differ more than chance alone would make them. */
import type { Follow, LedgerCommand } from "./ledger.ts";
import type { Random } from "./random.ts";

/** How often the users of one seed do what. */
export type Habits = ReturnType<typeof drawHabits>;

/** The habits of one seed: how often it does what, beside entering and reading. */
export function drawHabits(random: Random) {
  const often = (): number => (random.chance(0.5) ? 0 : random.next());
  const commands = {
    Enter: 6,
    Read: 2,
    EnterLater: often(),
    Remind: often() / 2,
    Refuse: often() / 2,
    Damage: often() / 2,
    Throw: often() / 2,
    Lock: often(),
    Unlock: 1,
    Oblige: often() / 2,
    Stop: often() / 2,
    Unknown: often() / 4,
  };
  const ends = { kill: 2 * often(), stop: 2 * often() };
  const deeds = {
    send: 10,
    again: 3 * often(),
    write: 4 * often(),
    find: often(),
    ...ends,
    holdUp: often(),
    nap: often(),
  };
  const fails = often() / 4;
  const follows = { nothing: 3, run: 1, snapshot: often(), throw: fails, "throw later": fails, stop: often() / 4 };
  const named = random.pick([0.2, 1]);
  return { commands, deeds, follows, named, burstMax: random.pick([1, 3, 12]), gapMsMax: random.pick([1, 10, 40]) };
}

/** A command of that type, with everything else left to chance. */
export function makeCommand(random: Random, habits: Habits, type: keyof Habits["commands"], id: string): LedgerCommand {
  const afterMs = random.pick([0, 1, 10, 300]);
  switch (type) {
    case "Enter":
      return { type, id, ...entry(random, habits) };
    case "EnterLater":
      return { type, id, ...entry(random, habits), afterMs, fails: random.chance(0.2) };
    case "Remind":
      return { type, id, afterMs };
    case "Damage":
      return { type, id, what: random.pick(["event", "reply"]) };
    case "Throw":
      return { type, id, where: random.pick(["decide", "apply", "reply"]) };
    default:
      return { type, id };
  }
}

function entry(random: Random, { follows }: Habits): { count: number; follow: Follow[] } {
  const follow = random.weighted(follows);
  return { count: random.between(1, 3), follow: follow === "nothing" ? [] : [follow] };
}
