/** Turns in rounds: in order, and not too many before the event loop has its own. */
import { expect } from "chai";
import { type Dispatchable, Dispatcher } from "#src/actor/dispatcher.js";

const manyMessages = 100;

function round(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("the dispatcher", () => {
  /** An actor whose turn takes so many messages, and writes down its name. */
  function taking(messages: number, name: number, turns: number[], again?: () => void): Dispatchable {
    return {
      runTurn() {
        turns.push(name);
        again?.();
        return messages;
      },
    };
  }

  it("gives turns in the order in which actors became ready, over as many rounds as it takes", async () => {
    const dispatcher = new Dispatcher();
    const turns: number[] = [];
    const names = Array.from({ length: 10 }, (_, name) => name);
    for (const name of names) dispatcher.request(taking(manyMessages, name, turns));
    expect(turns).to.deep.equal([]);
    await round();
    expect(turns.length).to.be.within(1, names.length - 1);
    for (let rounds = 0; rounds < names.length; rounds++) await round();
    expect(turns).to.deep.equal(names);
  });

  it("lets I/O in between: what else waits for the event loop comes before the last of many", async () => {
    const dispatcher = new Dispatcher();
    const turns: number[] = [];
    for (let name = 0; name < 10; name++) dispatcher.request(taking(manyMessages, name, turns));
    const seen = await new Promise<number>((resolve) => setImmediate(() => resolve(turns.length)));
    expect(seen).to.be.lessThan(10);
  });

  it("gives who becomes ready meanwhile a turn behind all others", async () => {
    const dispatcher = new Dispatcher();
    const turns: number[] = [];
    const second = taking(1, 3, turns);
    dispatcher.request(taking(1, 1, turns, () => dispatcher.request(second)));
    dispatcher.request(taking(1, 2, turns));
    await round();
    expect(turns).to.deep.equal([1, 2, 3]);
    dispatcher.request(taking(1, 4, turns));
    await round();
    expect(turns).to.deep.equal([1, 2, 3, 4]);
  });

  it("lets I/O in between although an actor asks for its next turn in each, and takes no message", async () => {
    const dispatcher = new Dispatcher();
    let turns = 0;
    let stopped = false;
    const restless: Dispatchable = {
      runTurn() {
        turns++;
        if (!stopped) dispatcher.request(restless);
        return 0;
      },
    };
    dispatcher.request(restless);
    await round();
    stopped = true;
    await round();
    expect(turns).to.be.within(1, 1_000);
  });
});
