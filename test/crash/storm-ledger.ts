/** What the writers of one store were told through all plans, and whether the store bears it out. */
import { ActorSystem } from "rekindle";
import { levelStorage } from "rekindle/level";
import { type Answer, type History, outageFaults } from "../level/outage-plan.ts";

export interface Note {
  readonly type: "Note";
  readonly n: number;
}

export interface Noted {
  readonly type: "Noted";
  readonly n: number;
}

/** So many entities share the store. */
export const stormEntities = 12;

const commandsPerPlan = 1_000_000;

/** Numbers of commands grow from plan to plan, so an entity's events must, too. */
export function firstCommandOf(plan: number): number {
  return plan * commandsPerPlan;
}

/** Grows for as long as its store is used. */
export class StormLedger {
  readonly #answers: Record<string, Answer[]> = {};
  acknowledged = 0;

  add(entity: number, n: number, revision: number): void {
    const name = `c${entity}`;
    this.#answers[name] ??= [];
    this.#answers[name].push([n, revision]);
    this.acknowledged++;
  }

  /** Opens the store, with a disk that is well, and reads everything. Returns what is wrong. */
  async check(folder: string): Promise<string[]> {
    const system = await ActorSystem.create("check", { storage: levelStorage(folder) });
    try {
      const histories: History[] = [];
      for (let entity = 0; entity < stormEntities; entity++) {
        const stored: number[] = [];
        for await (const { event } of system.readJournal.eventsByPersistenceId(`counter|c${entity}`))
          stored.push((event as Noted).n);
        histories.push({ name: `c${entity}`, stored });
      }
      const { faults } = await system.storage.verify();
      return [...outageFaults(histories, this.#answers), ...faults.map(({ where, problem }) => `${where}: ${problem}`)];
    } finally {
      await system.terminate();
    }
  }
}
