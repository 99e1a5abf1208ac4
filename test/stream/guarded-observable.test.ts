/** The bus as an rxjs Observable. */
import { expect } from "chai";
import type { ActorSystem, Logger } from "rekindle";
import { config, filter, firstValueFrom, lastValueFrom, map, Subject, take, toArray } from "rxjs";
import { systems } from "../support/systems.ts";

const tea = { type: "TeaServed", cups: 2 };
const coffee = { type: "CoffeeServed", cups: 1 };

describe("the event stream as an Observable", () => {
  const start = systems();
  let lines: unknown[][];
  let system: ActorSystem;
  let uncaught: unknown[];

  beforeEach(async () => {
    lines = [];
    uncaught = [];
    const note = (...line: unknown[]): unknown => lines.push(line);
    const log: Logger = { debug: note, info: note, warn: note, error: note };
    system = await start({ log });
    config.onUnhandledError = (error) => uncaught.push(error);
  });

  afterEach(() => {
    config.onUnhandledError = null;
  });

  function publish(...events: object[]): void {
    for (const event of events) system.eventStream.publish(event);
  }

  /** rxjs reports what nobody catches in a timer of its own. */
  async function reported(): Promise<unknown[]> {
    await new Promise((resolve) => setTimeout(resolve));
    return uncaught;
  }

  it("has everything, system events too, and completes when the system has terminated", async () => {
    const all = lastValueFrom(system.eventStream.asObservable().pipe(toArray()));
    publish(tea, coffee);
    system.eventStream.publishSystemEvent({ type: "ActorStarted", path: "x" });
    await system.terminate();
    expect(await all).to.deep.equal([tea, coffee, { type: "ActorStarted", path: "x" }]);
  });

  it("completes at once for whoever comes after the end", async () => {
    await system.terminate();
    expect(await lastValueFrom(system.eventStream.asObservable().pipe(toArray()))).to.deep.equal([]);
  });

  it("works behind operators", async () => {
    const cups = lastValueFrom(
      system.eventStream.asObservable().pipe(
        filter((event) => "cups" in event),
        map((event) => (event as unknown as typeof tea).cups),
        take(2),
        toArray(),
      ),
    );
    const first = firstValueFrom(system.eventStream.asObservable());
    publish({ type: "NoCups" }, tea, coffee, tea);
    expect(await cups).to.deep.equal([2, 1]);
    expect(await first).to.deep.equal({ type: "NoCups" });
    expect(system.eventStream.active).to.equal(false);
  });

  it("feeds a Subject", () => {
    const subject = new Subject<object>();
    const seen: object[] = [];
    subject.subscribe((event) => seen.push(event));
    system.eventStream.asObservable().subscribe(subject);
    publish(tea);
    expect(seen).to.deep.equal([tea]);
  });

  it("keeps to the methods of an observer object, with their this", async () => {
    class Listener {
      readonly seen: unknown[] = [];
      next(event: object): void {
        this.seen.push(event);
      }
      complete(): void {
        this.seen.push("complete");
      }
    }
    const listener = new Listener();
    system.eventStream.asObservable().subscribe(listener);
    publish(tea);
    await system.terminate();
    expect(listener.seen).to.deep.equal([tea, "complete"]);
  });

  it("may be subscribed to by nobody in particular", () => {
    const subscriptions = [
      system.eventStream.asObservable().subscribe(),
      system.eventStream.asObservable().subscribe({}),
      system.eventStream.asObservable().subscribe(null),
      system.eventStream.asObservable().subscribe({ complete: () => {} }),
    ];
    publish(tea);
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(system.eventStream.active).to.equal(false);
  });

  describe("with a direct subscriber that throws", () => {
    const error = new Error("subscriber");
    const fail = (): never => {
      throw error;
    };

    for (const [how, observer] of [
      ["a function", fail],
      ["an object", { next: fail }],
    ] as const) {
      it(`logs it, serves the others, and serves it again: ${how}`, async () => {
        const seen: object[] = [];
        system.eventStream.asObservable().subscribe(observer as () => void);
        system.eventStream.asObservable().subscribe((event) => seen.push(event));
        publish(tea, coffee);
        expect(seen).to.deep.equal([tea, coffee]);
        const line = ["A subscriber of the event stream threw", error];
        expect(lines).to.deep.equal([line, line]);
        expect(await reported()).to.deep.equal([]);
      });
    }

    for (const [how, subscribe] of [
      ["a function", (system: ActorSystem) => system.eventStream.asObservable().subscribe(undefined, undefined, fail)],
      ["an object", (system: ActorSystem) => system.eventStream.asObservable().subscribe({ complete: fail })],
    ] as const) {
      it(`at the end logs that as well: ${how}`, async () => {
        subscribe(system);
        await system.terminate();
        expect(lines).to.deep.equal([["A subscriber of the event stream threw", error]]);
        expect(await reported()).to.deep.equal([]);
      });
    }

    it("leaves to rxjs what happens behind operators", async () => {
      const seen: object[] = [];
      system.eventStream.asObservable().pipe(map(fail)).subscribe();
      system.eventStream.asObservable().subscribe((event) => seen.push(event));
      publish(tea, coffee);
      expect(seen).to.deep.equal([tea, coffee]);
      expect(await reported()).to.deep.equal([error]);
    });
  });
});
