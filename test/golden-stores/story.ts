/** What is written into a golden store: three releases one after the other, maintenance, and a view. */
import { ActorSystem, type Storage } from "rekindle";
import { ManualClock } from "rekindle/testkit";
import { type Release, releaseOf, type Teller, type Told } from "./releases.ts";

const day = 86_400_000;

/** The time at which a golden store was closed for the last time; who reads it begins there, so that no receipt is too old. */
export const endOfStory: number = Date.UTC(2026, 0, 1) + 3 * day;

type Tell = (definition: Teller, entityId: string, ...events: Told[]) => Promise<unknown>;

interface Chapter {
  readonly system: ActorSystem;
  readonly clock: ManualClock;
  readonly release: Release;
  readonly tell: Tell;
}

/** Runs a system of one release, and terminates it. */
async function chapter(storage: Storage, number: 1 | 2 | 3, write: (chapter: Chapter) => Promise<void>): Promise<void> {
  const clock = new ManualClock(endOfStory - (3 - number) * day);
  const system = await ActorSystem.create("golden", { storage, clock });
  const tell: Tell = (definition, entityId, ...events) => {
    clock.advance(10);
    return system.entityRef(definition, entityId).ask({ type: "Tell", events });
  };
  await write({ system, clock, release: releaseOf(number), tell });
  await system.terminate();
}

const long = "가나다라마바사 ".repeat(400);

async function first({ system, clock, release, tell }: Chapter): Promise<void> {
  const { account, diary, sketch, courier } = release;
  await tell(account, "1", { type: "Deposited", amount: "12.50", tags: ["money", "cash"] }, { type: "Viewed" });
  await Promise.all(
    ["1", "2", "3", "장바구니 🍌"].map((id) => tell(account, id, { type: "Deposited", amount: "1", tags: ["money"] })),
  );
  await tell(account, "2", { type: "Corrected", from: 100, to: 300, tags: ["money"] }, { type: "Shut", at: null });
  const metadata = { correlationId: "c-1", who: { name: "민수", roles: ["admin"] } };
  const options = { metadata, commandId: "first" };
  const deposit = { type: "Tell", events: [{ type: "Deposited", amount: "7", tags: ["cash"] }] } as const;
  clock.advance(10);
  await system.entityRef(account, "3").ask(deposit, options);
  for (const n of [1, 2, 3, 4, 5, 6, 7]) await tell(diary, "1", { type: "Written", n, text: "dear diary" });
  for (const n of [1, 2]) await tell(diary, "gone", { type: "Written", n });
  await tell(sketch, "1", {
    type: "Drawn",
    points: [1.5, -2.25e-7, 9007199254740991],
    nested: { a: [{}, [], "\u0000\u2028"] },
  });
  await system.entityRef(sketch, "1").ask({ type: "Save" });
  await tell(sketch, "1", { type: "Drawn", text: long });
  await tell(courier, "1", { type: "Posted", to: "A", text: "hello" }, { type: "Posted", to: "A", text: "again" });
  await tell(courier, "1", { type: "Confirmed", confirmed: "1-1" });
  await system.entityRef(courier, "1").ask({ type: "Save" });
  await system.stop(system.entityRef(diary, "gone"));
  await system.storage.purge("diary|gone");
}

async function second({ system, release, tell }: Chapter): Promise<void> {
  const { account, diary, courier } = release;
  await tell(account, "1", { type: "Deposited", cents: 500, tags: ["money"] }, { type: "Viewed" });
  await tell(account, "장바구니 🍌", { type: "Corrected", from: 1, to: 2, tags: ["cash"] });
  await tell(diary, "1", { type: "Written", n: 8 });
  const ninth = { type: "Tell", events: [{ type: "Written", n: 9 }] } as const;
  await system.entityRef(diary, "1").ask(ninth, { commandId: "ninth" });
  await tell(diary, "1", { type: "Written", n: 10 });
  await tell(diary, "gone", { type: "Written", n: 3 });
  await tell(courier, "1", { type: "Posted", to: "B", text: { deep: ["멀리"] } });
  const events = [{ type: "Deposited", cents: 42 }];
  await system.eventStore.update(account, "4", 0, events, { triggeringEvent: "order-17" });
}

async function third({ system, clock, release, tell }: Chapter): Promise<void> {
  const { account, diary } = release;
  await tell(account, "1", { type: "Deposited", cents: 1, currency: "EUR", tags: ["money"] });
  await tell(account, "5", { type: "Withdrawn", cents: 1 }, { type: "Closed" });
  await tell(diary, "2", { type: "Written", n: 1 });
  const withdrawal = { type: "Tell", events: [{ type: "Withdrawn", cents: 5 }] } as const;
  clock.advance(10);
  await system.entityRef(account, "1").ask(withdrawal, { commandId: "second" });
}

/** A view of two slices with entries, and an event that was stored with its place. */
async function view(storage: Storage): Promise<void> {
  const clock = new ManualClock(endOfStory);
  const open = await storage.open({ clock, onFailure() {} });
  const { views } = open;
  if (views?.takesEvents) {
    await views.begin("totals", [0, 0]);
    const step = { name: "totals", generation: 1, slice: 0, expectedOffset: 0, offset: 3 };
    const changes = [
      { key: "1", text: '{"cents":1250}' },
      { key: "장바구니 🍌", text: '{"cents":100}' },
      { key: "9", text: "[]" },
    ];
    const record = {
      type: "Reported",
      version: 1,
      timestamp: endOfStory,
      tags: ["report"],
      metadata: '{"by":"totals"}',
    };
    const payload = '{"type":"Reported","total":1350}';
    const emission = {
      persistenceId: "report|1",
      entityType: "report",
      entityId: "1",
      events: [{ ...record, payload }],
    };
    await views.commit({ ...step, changes, events: [emission] });
    await views.commit({ ...step, slice: 1, offset: 5, changes: [{ key: "9" }] });
    await views.begin("totals", [0, 0]);
  }
  await open.close();
}

/** Writes the whole story into a new store. */
export async function playStory(storage: Storage): Promise<void> {
  await chapter(storage, 1, first);
  await chapter(storage, 2, second);
  await view(storage);
  await chapter(storage, 3, third);
}
