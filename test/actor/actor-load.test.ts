/** Many messages at once: none is lost, none is answered twice, and nobody starves. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { type ActorSystem, actor } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { messagesPerTurn } from "#src/actor/actor-cell.js";
import { echo } from "../support/echo.ts";
import { systems } from "../support/systems.ts";
import { tally } from "../support/tally.ts";
import { deferred } from "../support/waiting.ts";

const askCount = 100_000;

describe("100,000 questions in flight", function () {
  this.timeout(20_000);
  const start = systems();
  let system: ActorSystem;

  beforeEach(async () => {
    system = await start({ storage: memoryStorage(), askTimeoutMs: 60_000 });
  });

  /** Adds 1 to the entities in turn; gives every answer in the order of its arrival, by entity. */
  async function addToEach(entityCount: number): Promise<number[][]> {
    const refs = Array.from({ length: entityCount }, (_, index) => system.entityRef(tally, String(index)));
    const answers: number[][] = refs.map(() => []);
    const asks: Promise<unknown>[] = [];
    for (let count = 0; count < askCount; count++) {
      const index = count % entityCount;
      const ask = refs[index]?.ask({ type: "Add", amount: 1 }) ?? Promise.reject(new Error("no such entity"));
      asks.push(ask.then((sum) => answers[index]?.push(sum)));
    }
    await Promise.all(asks);
    return answers;
  }

  for (const entityCount of [1, 100]) {
    it(`to ${entityCount} entities are each answered exactly once, in order`, async () => {
      const each = Array.from({ length: askCount / entityCount }, (_, index) => index + 1);
      const answers = await addToEach(entityCount);
      for (const sums of answers) expect(sums).to.deep.equal(each);
      expect(system.readJournal.currentOffset()).to.equal(askCount);
    });
  }

  it("to a plain actor are each answered exactly once, in order", async () => {
    const ref = system.spawn(echo);
    const answers: unknown[] = [];
    const asks = Array.from({ length: askCount }, (_, n) => ref.ask(n).then((answer) => answers.push(answer)));
    await Promise.all(asks);
    expect(answers).to.deep.equal(Array.from({ length: askCount }, (_, n) => n));
  });
});

describe("while an actor is flooded", () => {
  const start = systems();

  it("another one gets its turn after one turn of the first", async () => {
    const system = await start();
    let taken = 0;
    const flooded = system.spawn(
      actor<number, undefined>({
        initialState: undefined,
        receive() {
          taken++;
          return undefined;
        },
      }),
    );
    const other = system.spawn(
      actor<"my turn", undefined>({
        initialState: undefined,
        receive(_state, _message, { reply }) {
          reply(taken);
          return undefined;
        },
      }),
    );
    for (let count = 0; count < 50 * messagesPerTurn; count++) flooded.tell(count);
    expect(await other.ask("my turn")).to.equal(messagesPerTurn);
  });

  it("one that answers promises leaves turns to others, too", async () => {
    const system = await start();
    let taken = 0;
    const flooded = system.spawn(
      actor<number, undefined>({
        initialState: undefined,
        async receive() {
          taken++;
          return undefined;
        },
      }),
    );
    for (let count = 0; count < 50 * messagesPerTurn; count++) flooded.tell(count);
    expect(await system.spawn(echo).ask("my turn")).to.equal("my turn");
    expect(taken).to.be.at.most(2 * messagesPerTurn);
  });

  it("timers fire and I/O goes on, although it tells itself without end", async () => {
    const system = await start();
    const stopped = deferred();
    let going = true;
    let taken = 0;
    const restless = system.spawn(
      actor<"again", undefined>({
        initialState: undefined,
        receive(_state, message, { self }) {
          taken++;
          if (going) self.tell(message);
          else stopped.resolve();
          return undefined;
        },
      }),
    );
    restless.tell("again");
    await sleep(1);
    going = false;
    await stopped.promise;
    expect(taken).to.be.above(1);
  });
});
