/** docs/queries.md: its code is that of a file which is compiled and run here. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { firstValueFrom, take, toArray } from "rxjs";
import { startSystem } from "../support/start-system.ts";
import { eventually, rejection } from "../support/waiting.ts";
import { account, balanceAt, deposits, total, watchLarge } from "./queries-example.ts";

describe("docs/queries.md", () => {
  it("shows exactly the code that is compiled and run, and links to files that exist", async () => {
    const page = await readFile("docs/queries.md", "utf8");
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    expect(blocks).to.deep.equal([await readFile("test/query/queries-example.ts", "utf8")]);
    for (const [, target = ""] of page.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      await readFile(join("docs", target)).catch(() => expect.fail(`${target} does not exist`));
    }
  });

  it("adds up, watches, feeds rxjs and looks back", async () => {
    const system = await startSystem();
    const deposit = (id: string, amount: number): Promise<number> =>
      system.entityRef(account, id).ask({ type: "Deposit", amount });
    const beganAt = new Date(Date.now() - 1);
    await deposit("ada", 1_000);
    await deposit("bob", 5);
    expect(await total(system)).to.equal(1_005);

    const large: string[] = [];
    const { signal, abort } = ((controller) => ({
      signal: controller.signal,
      abort: () => controller.abort(),
    }))(new AbortController());
    const watching = watchLarge(system, 0, signal, (id, offset) => large.push(`${id} ${offset}`));
    const firstThree = firstValueFrom(deposits(system, 100).pipe(take(3), toArray()));
    await deposit("bob", 2_000);
    await deposit("ada", 100);
    expect(await firstThree).to.deep.equal(["ada 1000", "bob 2000", "ada 100"]);
    await eventually("two large ones", () => large.length === 2);
    expect(large).to.deep.equal(["ada 1", "bob 3"]);
    abort();
    expect(await rejection(watching)).to.equal(signal.reason);

    expect(await balanceAt(system, "ada", beganAt)).to.equal(0);
    expect(await balanceAt(system, "ada", new Date())).to.equal(1_100);
  });
});
