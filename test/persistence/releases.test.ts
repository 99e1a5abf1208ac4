/** Three releases write a history in turn; the last one reads it as if it had written all of it. */
import { expect } from "chai";
import fc from "fast-check";
import { type EventEnvelope, eventAt, type Storage } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { historyOf, startSystem } from "../support/start-system.ts";
import { type Declarations, type Teller, type Told, teller } from "../support/teller.ts";

/** What happened, apart from how a release writes it down. */
type Deed =
  | { readonly does: "add"; readonly sku: string; readonly quantity: number }
  | { readonly does: "move"; readonly from: string; readonly to: string }
  | { readonly does: "view" }
  | { readonly does: "close" };

const added: Declarations[string] = {
  version: 3,
  upcasters: {
    1: ({ item }) => {
      const [sku, quantity] = String(item).split("*");
      return { type: "Added", sku, quantity: Number(quantity) };
    },
    2: ({ quantity, ...event }) => ({ ...event, grams: Number(quantity) * 1_000 }),
  },
};
const releases: readonly Teller[] = [
  teller(),
  teller({
    Added: { version: 2, upcasters: { 1: added.upcasters?.[1] as (event: object) => object } },
    Moved: {},
    Viewed: {},
    Shut: {},
  }),
  teller({
    Added: added,
    Removed: {},
    Closed: {},
    Moved: {
      retired: ({ from, to }) => [{ type: "Removed", sku: from }, eventAt(2, { type: "Added", sku: to, quantity: 1 })],
    },
    Viewed: { retired: () => undefined },
    Shut: { renamedTo: "Closed" },
  }),
];
const newest = releases.length - 1;

/** What each release persists for a deed: the last line is what the others must come to mean. */
function eventsOf(release: number, deed: Deed): Told[] {
  switch (deed.does) {
    case "add": {
      const { sku, quantity } = deed;
      if (release === 0) return [{ type: "Added", item: `${sku}*${quantity}` }];
      if (release === 1) return [{ type: "Added", sku, quantity }];
      return [{ type: "Added", sku, grams: quantity * 1_000 }];
    }
    case "move":
      if (release < newest) return [{ type: "Moved", from: deed.from, to: deed.to }];
      return [{ type: "Removed", sku: deed.from }, ...eventsOf(newest, { does: "add", sku: deed.to, quantity: 1 })];
    case "view":
      return release < newest ? [{ type: "Viewed" }] : [];
    case "close":
      return [{ type: release < newest ? "Shut" : "Closed" }];
  }
}

const sku = fc.constantFrom("a", "b", "c");
const deeds: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ does: fc.constant("add" as const), sku, quantity: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ does: fc.constant("move" as const), from: sku, to: sku }),
  fc.constant({ does: "view" as const }),
  fc.constant({ does: "close" as const }),
);

async function write(storage: Storage, release: number, events: readonly Told[]): Promise<void> {
  const definition = releases[release] as Teller;
  const system = await startSystem({ storage });
  await system.entityRef(definition, "1").ask({ type: "Tell", events });
  await system.terminate();
}

/** State, history and the state after one more event, as the newest release has them. */
async function read(storage: Storage) {
  const definition = releases[newest] as Teller;
  const system = await startSystem({ storage });
  const ref = system.entityRef(definition, "1");
  const state = await ref.ask({ type: "Read" });
  const history = (await historyOf(system, ref)).map(({ type, version, event }: EventEnvelope) => [
    type,
    version,
    event,
  ]);
  const after = await ref.ask({ type: "Tell", events: [{ type: "Closed" }] });
  await system.terminate();
  return { state, history, after };
}

describe("a history of three releases", () => {
  it("gives the newest one the state and the events that it would have written itself", async () => {
    const parts = fc.tuple(...releases.map(() => fc.array(deeds, { maxLength: 8 })));
    await fc.assert(
      fc.asyncProperty(parts, async (parts) => {
        const storage = memoryStorage();
        for (const [release, part] of parts.entries()) {
          await write(
            storage,
            release,
            part.flatMap((deed) => eventsOf(release, deed)),
          );
        }
        const all = parts.flat().flatMap((deed) => eventsOf(newest, deed));
        const alone = memoryStorage();
        await write(alone, newest, all);
        const found = await read(storage);
        expect(found.state).to.deep.equal(all);
        expect(found).to.deep.equal(await read(alone));
      }),
      { numRuns: 40 },
    );
  });
});
