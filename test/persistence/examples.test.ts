/** docs/exactly-once.md and docs/event-store.md: their code is that of files which are compiled and run here. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { EventEnvelope } from "rekindle";
import { levelStorage } from "rekindle/level";
import { temporaryFolder } from "../support/every-storage.ts";
import { notebook } from "../support/notebook.ts";
import { historyOf, startSystem } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";
import { restock, stock } from "./stock-example.ts";
import { InsufficientFundsError, pay, wallet } from "./wallet-example.ts";

const pages = { "exactly-once": "wallet-example", "event-store": "stock-example" };

for (const [page, example] of Object.entries(pages)) {
  describe(`docs/${page}.md`, () => {
    it("shows exactly the code that is compiled and run, and links to files that exist", async () => {
      const text = await readFile(`docs/${page}.md`, "utf8");
      const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
      expect(blocks).to.deep.equal([await readFile(`test/persistence/${example}.ts`, "utf8")]);
      for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
        await readFile(join("docs", target)).catch(() => expect.fail(`${target} does not exist`));
      }
    });
  });
}

describe("the wallet of docs/exactly-once.md", () => {
  const folder = temporaryFolder();

  it("pays once, however often the client asks, also after a restart", async () => {
    const payment = { walletId: "kim", amount: 30, key: "payment-1", userId: "kim" };
    for (let life = 0; life < 2; life++) {
      const system = await startSystem({ storage: levelStorage(join(folder, "wallet")) });
      const repetitions = [1, 2, 3].map(() => pay(system, payment));
      expect(await Promise.all(repetitions)).to.deep.equal([{ balance: 70 }, { balance: 70 }, { balance: 70 }]);
      const ref = system.entityRef(wallet, "kim");
      expect(await ref.ask({ type: "GetBalance" })).to.equal(70);
      expect((await historyOf(system, ref)).map(({ metadata }) => metadata)).to.deep.equal([
        { userId: "kim", commandId: "payment-1" },
      ]);
      const tooMuch = rejection(pay(system, { ...payment, amount: 71, key: "payment-2" }));
      expect(await tooMuch).to.be.instanceOf(InsufficientFundsError);
      await system.terminate();
    }
  });
});

describe("the stock of docs/event-store.md", () => {
  it("is restocked once for each arrival, while orders take from it", async () => {
    const system = await startSystem();
    const arrivals = notebook();
    await system.eventStore.create(arrivals, "1", [{ type: "Noted", word: "bananas" }]);
    const [envelope] = await historyOf(system, { persistenceId: "notebook|1" });
    if (!envelope) return expect.fail("an event was stored");
    const arrival: EventEnvelope<{ quantity: number }> = { ...envelope, event: { quantity: 50 } };
    const ref = system.entityRef(stock, "banana");
    const orders = Array.from({ length: 20 }, () => ref.ask({ type: "Take", quantity: 1 }));
    await Promise.all([...orders, restock(system, "banana", arrival), restock(system, "banana", arrival)]);
    expect(await restock(system, "banana", arrival)).to.equal(30);
    expect(await ref.ask({ type: "GetStock" })).to.equal(30);
    const causes = (await historyOf(system, ref)).map(({ metadata }) => metadata.causationId);
    expect(causes.filter((cause) => cause !== undefined)).to.deep.equal(["notebook|1#1"]);
  });
});
