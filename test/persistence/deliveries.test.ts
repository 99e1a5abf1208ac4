/** What an entity must deliver: when it leaves, when it leaves again, and when it is over. */
import { expect } from "chai";
import { type AnyActorRef, type DeliverySource, type Logger, PersistRejectedError } from "rekindle";
import {
  type CourierDeliveries,
  confirmed,
  courier,
  posted,
  postOffice,
  redeliverAfterMs,
  store,
} from "../support/courier.ts";
import { startSystem } from "../support/start-system.ts";
import { quiet, rejection } from "../support/waiting.ts";
import { WatchedClock } from "../support/watched-clock.ts";

describe("a delivery", () => {
  it("leaves when its event is durable, and not before", async () => {
    const { courier, storage, received } = await postOffice();
    await courier.ask({ type: "Count" });
    storage.hold("append");
    const stored = courier.ask(store(posted("hello")));
    await quiet();
    expect(received).to.deep.equal([]);
    storage.release("append");
    await stored;
    await quiet();
    expect(received).to.deep.equal(["A 1-1 hello"]);
  });

  it("never leaves when its event was not stored", async () => {
    const { courier, storage, received, pass } = await postOffice();
    storage.failNext("append");
    await rejection(courier.ask(store(posted("hello"))));
    await pass(redeliverAfterMs);
    expect(await courier.ask({ type: "Count" })).to.equal(0);
    await pass(redeliverAfterMs);
    expect(received).to.deep.equal([]);
  });

  it("has an id of the number of its event and its place in it", async () => {
    const begins: CourierDeliveries["begins"] = (event) =>
      event.type === "Confirmed"
        ? []
        : ["A", "A"].map((to) => ({ to, message: (deliveryId) => ({ deliveryId, text: event.text }) }));
    const { courier, received } = await postOffice({ begins });
    await courier.ask(store(posted("a"), posted("b")));
    await courier.ask(store(posted("c")));
    await quiet();
    const expected = ["A 1-1 a", "A 1-2 a", "A 2-1 b", "A 2-2 b", "A 3-1 c", "A 3-2 c"];
    expect(received).to.deep.equal(expected);
  });

  it("knows the entity and the event that it comes from, on replay too", async () => {
    const sources: DeliverySource[] = [];
    const begins: CourierDeliveries["begins"] = (_event, from) => {
      sources.push(from);
      return [];
    };
    const { courier, system } = await postOffice({ begins });
    await courier.ask(store(posted("a"), posted("b")));
    await system.kill(courier);
    await courier.ask({ type: "Count" });
    const { entityId, persistenceId } = courier;
    const once = [1, 2].map((sequenceNr) => ({ entityId, persistenceId, sequenceNr }));
    expect(sources).to.deep.equal([...once, ...once]);
  });

  it("leaves again and again, redeliverAfterMs after the last time, until an event confirms it", async () => {
    const { courier, received, confirm, pass } = await postOffice();
    await courier.ask(store(posted("a")));
    await pass(redeliverAfterMs - 1);
    expect(received).to.deep.equal(["A 1-1 a"]);
    await pass(1);
    expect(received).to.deep.equal(["A 1-1 a", "A 1-1 a"]);
    await pass(redeliverAfterMs / 2);
    await courier.ask(store(posted("b")));
    await pass(redeliverAfterMs / 2);
    expect(received.slice(2)).to.deep.equal(["A 2-1 b", "A 1-1 a"]);
    await pass(redeliverAfterMs / 2);
    expect(received.slice(4)).to.deep.equal(["A 2-1 b"]);
    await confirm("1-1");
    await pass(redeliverAfterMs);
    expect(received.slice(5)).to.deep.equal(["A 2-1 b"]);
  });

  it("is over when it is confirmed, also when its confirmation comes twice or names no delivery", async () => {
    const { courier, received, confirm, pass, clock } = await postOffice({}, { passivateAfterMs: Infinity });
    await courier.ask(store(posted("a")));
    for (const deliveryId of ["1-1", "1-1", "7-1", ""]) await confirm(deliveryId);
    await pass(10 * redeliverAfterMs);
    expect(received).to.deep.equal(["A 1-1 a"]);
    expect(clock.timers, "timers that are left").to.equal(0);
  });

  it("never leaves when it is confirmed by an event of the same write", async () => {
    const { courier, received, pass } = await postOffice();
    await courier.ask(store(posted("a"), confirmed("1-1"), posted("b")));
    await pass(redeliverAfterMs);
    expect(received).to.deep.equal(["A 3-1 b", "A 3-1 b"]);
  });

  it("is the same at every attempt, whatever a recipient does to it", async () => {
    const { courier, received, addRecipient, pass } = await postOffice();
    addRecipient("B", (letter) => Object.assign(letter, { text: "changed" }));
    await courier.ask(store(posted("a", "B")));
    await pass(redeliverAfterMs);
    expect(received).to.deep.equal(["B 1-1 a", "B 1-1 a"]);
  });

  it("waits for a recipient that is not there yet, and says so in the log", async () => {
    const warnings: unknown[][] = [];
    const silent = (): void => {};
    const log: Logger = { debug: silent, info: silent, error: silent, warn: (...args) => void warnings.push(args) };
    const missing = new Error("cannot say");
    let find: (() => AnyActorRef | undefined) | undefined;
    const destination = (): AnyActorRef | undefined => find?.();
    const { courier, received, recipients, pass } = await postOffice({ destination }, {}, { log });
    await courier.ask(store(posted("a")));
    find = () => {
      throw missing;
    };
    await pass(redeliverAfterMs);
    find = () => recipients.get("A");
    await pass(redeliverAfterMs);
    expect(received).to.deep.equal(["A 1-1 a"]);
    expect(warnings.map(([text]) => text)).to.deep.equal(Array(2).fill(`${courier.path} cannot deliver to A for now`));
    expect(warnings[1]?.[1]).to.equal(missing);
  });

  it("keeps neither the process nor a timer alive", async () => {
    const clock = new WatchedClock();
    const system = await startSystem({ clock });
    const ref = system.entityRef(
      courier(() => undefined, {}, { passivateAfterMs: Infinity }),
      "1",
    );
    await ref.ask(store(posted("a")));
    await quiet();
    const timers = clock.timers;
    expect(clock.keepingAlive).to.equal(0);
    await system.stop(ref);
    expect(clock.timers).to.equal(timers - 1);
  });

  it("keeps its entity from being passivated until it is confirmed", async () => {
    const { system, courier, confirm, pass } = await postOffice({}, { passivateAfterMs: 10 });
    await courier.ask(store(posted("a")));
    let ended = false;
    void system.watch(courier).then(() => (ended = true));
    for (let n = 0; n < 5; n++) await pass(10);
    expect(ended).to.equal(false);
    await confirm("1-1");
    await pass(10);
    expect(ended).to.equal(true);
  });
});

describe("deliveries beyond their limits", () => {
  it("are refused before anything is stored, counted with those of the same write, and the entity goes on", async () => {
    const { courier, received, confirm, pass } = await postOffice({ unconfirmedMax: 2 });
    const refused = await rejection(courier.ask(store(posted("a"), posted("b"), posted("c"))));
    expect(refused).to.be.instanceOf(PersistRejectedError).with.property("persistenceId", "courier|1");
    expect(await courier.ask({ type: "Count" })).to.equal(0);
    expect(await courier.ask(store(posted("a"), posted("b")))).to.equal(2);
    await rejection(courier.ask(store(posted("c"))));
    expect(await courier.ask(store(confirmed("1-1"), posted("c")))).to.equal(4);
    expect(await confirm("2-1")).to.equal(5);
    await pass(0);
    expect(received).to.deep.equal(["A 1-1 a", "A 2-1 b", "A 4-1 c"]);
  });

  it("are recovered all the same, and may be confirmed, when the limit was lowered since", async () => {
    const { courier: before, system, storage } = await postOffice();
    await before.ask(store(posted("a"), posted("b"), posted("c")));
    await system.terminate();
    const { courier, received, confirm, pass } = await postOffice({ unconfirmedMax: 1 }, {}, { storage });
    expect(await confirm("1-1")).to.equal(4);
    expect(await rejection(courier.ask(store(posted("d"))))).to.be.instanceOf(PersistRejectedError);
    await pass(0);
    expect(received).to.deep.equal(["A 1-1 a", "A 2-1 b", "A 3-1 c"]);
  });

  it("are tried in turn when a round is too short for all, so that none is forgotten", async () => {
    const { courier, received, pass } = await postOffice({ redeliveryBurstMax: 2 });
    await courier.ask(store(..."abcde".split("").map((text) => posted(text))));
    await quiet();
    const rounds: string[] = [];
    for (let round = 0; round < 5; round++) {
      received.length = 0;
      await pass(redeliverAfterMs);
      rounds.push(received.map((letter) => letter.at(-1)).join(""));
    }
    expect(rounds).to.deep.equal(["ab", "cd", "ea", "bc", "de"]);
  });
});

describe("DeliveriesUnconfirmed", () => {
  async function warned(warnAfterAttempts: number, onWarning: () => void = () => {}) {
    const warnings: unknown[] = [];
    const office = await postOffice(
      { warnAfterAttempts },
      {
        onSignal(_count, signal) {
          if (signal.type !== "DeliveriesUnconfirmed") return;
          warnings.push(signal.deliveries.map(({ deliveryId, to, attempts }) => `${to} ${deliveryId} ${attempts}`));
          onWarning();
        },
      },
    );
    return { ...office, warnings };
  }

  for (const attempts of [1, 3]) {
    it(`comes once when ${attempts} attempts have met no confirmation`, async () => {
      const { courier, pass, warnings } = await warned(attempts);
      await courier.ask(store(posted("a")));
      for (let n = 1; n < attempts; n++) await pass(redeliverAfterMs);
      expect(warnings).to.deep.equal([]);
      for (let n = 0; n < 5; n++) await pass(redeliverAfterMs);
      expect(warnings).to.deep.equal([[`A 1-1 ${attempts}`]]);
    });
  }

  it("does not tell of what is not durable yet", async () => {
    const { courier, pass, warnings, storage } = await warned(1);
    await courier.ask(store(posted("a")));
    storage.hold("append");
    const pending = courier.ask(store(posted("b")));
    await pass(redeliverAfterMs);
    expect(warnings).to.deep.equal([["A 1-1 1"]]);
    storage.release("append");
    await pending;
  });

  it("whose handler throws fails the entity, which delivers on after its restart", async () => {
    const failures: unknown[] = [];
    const { system, courier, pass, received, confirm } = await warned(1, () => {
      throw new Error("enough");
    });
    system.eventStream.asObservable().subscribe((told) => void (told.type === "ActorFailed" && failures.push(told)));
    await courier.ask(store(posted("a")));
    await pass(redeliverAfterMs);
    await pass(1);
    expect(failures).to.have.lengthOf(1);
    expect(received.length).to.be.above(1);
    await confirm("1-1");
  });
});
