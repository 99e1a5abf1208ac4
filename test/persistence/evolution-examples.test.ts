/** docs/schema-evolution.md: its code is that of files which are compiled and run here. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { ValidationError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { upcast } from "rekindle/testkit";
import { startSystem } from "../support/start-system.ts";
import { tell, teller } from "../support/teller.ts";
import { rejection } from "../support/waiting.ts";
import { cart } from "./evolving-cart.ts";
import { account } from "./validated-account.ts";

describe("docs/schema-evolution.md", () => {
  it("shows exactly the code that is compiled and run, and links to files that exist", async () => {
    const page = await readFile("docs/schema-evolution.md", "utf8");
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    const files = ["evolving-cart", "validated-account"].map((name) => readFile(`test/persistence/${name}.ts`, "utf8"));
    expect(blocks).to.deep.equal(await Promise.all(files));
    for (const [, target = ""] of page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      await readFile(join("docs", target)).catch(() => expect.fail(`${target} does not exist`));
    }
  });

  it("has a cart that reads what its first release wrote", async () => {
    const storage = memoryStorage();
    const first = teller(undefined, { entityType: "cart" });
    await tell(
      storage,
      first,
      { type: "ItemAdded", item: "apple", price: 5 },
      { type: "PageViewed" },
      { type: "Closed", at: "2020" },
      { type: "ItemAdded", item: "pear", price: 7 },
      { type: "ItemReplaced", old: "pear", new: "plum" },
    );
    const system = await startSystem({ storage });
    const ref = system.entityRef(cart, "1");
    expect(await ref.ask({ type: "Lines" })).to.deep.equal({ plum: 1 });
    expect(await ref.ask({ type: "Add", sku: "plum", quantity: 4 })).to.equal(5);
    const found: string[] = [];
    for await (const { sequenceNr, type, version } of system.readJournal.events())
      found.push(`${sequenceNr} ${type} ${version}`);
    expect(found).to.deep.equal([
      ...["1 ItemAdded 3", "3 CheckedOut 1", "4 ItemAdded 3", "5 ItemRemoved 1", "5 ItemAdded 3", "6 ItemAdded 3"],
    ]);
  });

  it("has upcasters that can be tried one event at a time", () => {
    expect(upcast(cart, { type: "ItemAdded", item: "apple", price: 5 })).to.deep.equal([
      { type: "ItemAdded", sku: "apple", quantity: 1, price: { amount: 5, currency: "KRW" } },
    ]);
    expect(upcast(cart, { type: "ItemAdded", sku: "a", quantity: 2, price: 5 }, 2)).to.have.length(1);
    expect(upcast(cart, { type: "PageViewed" })).to.deep.equal([]);
    expect(() => upcast(cart, { type: "Gone" })).to.throw("Gone version 1, which the definition does not know");
  });

  it("has an account that refuses what its schemas refuse, and handles what they make of a command", async () => {
    const system = await startSystem();
    const ref = system.entityRef(account, "1");
    expect(await ref.ask({ type: "Deposit", amount: 5 } as never)).to.equal(5);
    const command = await rejection(ref.ask({ type: "Deposit", amount: -5, text: "" }));
    expect(command).to.be.instanceOf(ValidationError).and.include({ kind: "command", type: "Deposit" });
    const event = await rejection(ref.ask({ type: "Deposit", amount: 1_000_001, text: "" }));
    expect(event).to.be.instanceOf(ValidationError).and.include({ kind: "event", type: "Deposited" });
  });
});
