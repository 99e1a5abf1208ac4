/** Akka's AtLeastOnceDelivery, on an entity with `deliveries`. */
import { expect } from "chai";
import fc from "fast-check";
import type { Signal } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { faultyStorage } from "rekindle/testkit";
import { type Letter, type PostOffice, posted, postOffice, redeliverAfterMs, store } from "../support/courier.ts";
import { onEveryStorage } from "../support/every-storage.ts";
import { quiet } from "../support/waiting.ts";

/** A recipient that confirms what it does not lose. */
function addConfirming(office: PostOffice, name: string, loses?: (nth: number) => boolean): void {
  const confirm = ({ deliveryId }: Letter): void => office.courier.tell({ type: "Confirm", deliveryId });
  office.addRecipient(name, confirm, loses);
}

async function post(office: PostOffice, texts: readonly string[], to = "A"): Promise<void> {
  for (const text of texts) await office.courier.ask(store(posted(text, to)));
  await quiet();
}

/** The texts of everything that was received since the last call, in order. */
function taken({ received }: PostOffice): string {
  return received
    .splice(0)
    .map((letter) => letter.split(" ").at(-1))
    .join(" ");
}

describe("Akka: at-least-once delivery", () => {
  it("190: messages are delivered in order when nothing is lost", async () => {
    const office = await postOffice();
    addConfirming(office, "A");
    await post(office, ["a-1", "a-2", "a-3", "a-4"]);
    await office.pass(10 * redeliverAfterMs);
    expect(taken(office)).to.equal("a-1 a-2 a-3 a-4");
  });

  it("191: a lost message is delivered again", async () => {
    const office = await postOffice();
    addConfirming(office, "A", (nth) => nth === 3);
    await post(office, ["a-1", "a-2", "a-3", "a-4"]);
    expect(taken(office)).to.equal("a-1 a-2 a-4");
    await office.pass(redeliverAfterMs);
    expect(taken(office)).to.equal("a-3");
    await office.pass(10 * redeliverAfterMs);
    expect(taken(office)).to.equal("");
  });

  it("193: a lost message is delivered again after a restart, and fresh ones after it", async () => {
    const office = await postOffice();
    addConfirming(office, "A", (nth) => nth === 3);
    await post(office, ["a-1", "a-2", "a-3", "a-4"]);
    expect(taken(office)).to.equal("a-1 a-2 a-4");
    office.courier.tell({ type: "Fail" });
    const fresh = office.courier.ask(store(posted("a-5")));
    await office.pass(1);
    await fresh;
    await quiet();
    expect(taken(office)).to.equal("a-3 a-5");
    await office.pass(10 * redeliverAfterMs);
    expect(taken(office)).to.equal("");
  });

  it("196: the warning lists all that is unconfirmed", async () => {
    const warnings: Signal[] = [];
    const office = await postOffice(
      { warnAfterAttempts: 3 },
      { onSignal: (_count, signal) => void (signal.type === "DeliveriesUnconfirmed" && warnings.push(signal)) },
    );
    await post(office, ["a-1"]);
    await post(office, ["b-1", "b-2"], "B");
    for (let round = 0; round < 2; round++) await office.pass(redeliverAfterMs);
    expect(warnings).to.deep.equal([]);
    await office.pass(redeliverAfterMs);
    const listed = [
      { deliveryId: "1-1", to: "A", message: { deliveryId: "1-1", text: "a-1" }, attempts: 3 },
      { deliveryId: "2-1", to: "B", message: { deliveryId: "2-1", text: "b-1" }, attempts: 3 },
      { deliveryId: "3-1", to: "B", message: { deliveryId: "3-1", text: "b-2" }, attempts: 3 },
    ];
    expect(warnings).to.deep.equal([{ type: "DeliveriesUnconfirmed", deliveries: listed }]);
  });

  it("197: 300 messages to three destinations that lose some all arrive", async () => {
    const office = await postOffice();
    const names = ["A", "B", "C"];
    const texts = new Set<string>();
    for (const [index, name] of names.entries()) addConfirming(office, name, (nth) => nth % (index + 2) === 0);
    for (let n = 0; n < 100; n++) {
      for (const name of names) {
        texts.add(`${name}-${n}`);
        office.courier.tell(store(posted(`${name}-${n}`, name)));
      }
    }
    for (let round = 0; round < 20; round++) await office.pass(redeliverAfterMs);
    expect(taken(office).split(" "))
      .to.have.lengthOf(300)
      .and.to.have.members([...texts]);
  });

  it("198: no more than redeliveryBurstMax messages are sent again at a time", async () => {
    const office = await postOffice({ redeliveryBurstMax: 2 });
    addConfirming(office, "A", (nth) => nth % 2 === 0);
    await post(office, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    expect(taken(office)).to.equal("1 3 5 7 9");
    // Of the two of a round the first goes through; what has waited longest comes first.
    const rounds: string[] = [];
    for (let round = 0; round < 5; round++) {
      await office.pass(redeliverAfterMs);
      rounds.push(taken(office));
    }
    expect(rounds).to.deep.equal(["2", "6", "10", "8", "4"]);
  });

  it("199: nothing is sent when the actor crashes during recovery", async () => {
    let failing = false;
    const fail = (): void => {
      if (failing) throw new Error("boom");
    };
    for (const options of [
      { onSignal: fail },
      { eventHandler: (count: number) => (failing ? (undefined as never) : count + 1) },
    ]) {
      failing = false;
      const office = await postOffice({}, options);
      await post(office, ["a-1"]);
      expect(taken(office)).to.equal("a-1");
      failing = true;
      await office.system.kill(office.courier);
      office.courier.tell({ type: "Count" });
      for (let n = 0; n < 10; n++) await office.pass(1);
      expect(taken(office)).to.equal("");
      failing = false;
      await office.pass(1);
      expect(taken(office)).to.equal("a-1");
    }
  });

  it("200: every number arrives once after de-duplication, whatever fails on the way", async function () {
    this.timeout(20_000);
    const step = fc.constantFrom("post", "fail append", "reject append", "fail read", "kill", "crash", "wait");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.integer({ min: 2, max: 5 }), chaos),
      { numRuns: 20 },
    );
  });

  onEveryStorage((newStorage) => {
    it("194: after recovery what is unconfirmed is sent in its first order, before fresh messages", async () => {
      const storage = faultyStorage(newStorage());
      const before = await postOffice({}, {}, { storage });
      await post(before, ["a-1", "a-2", "a-3", "a-4"]);
      await before.confirm("2-1");
      await before.system.terminate();
      const after = await postOffice({}, {}, { storage });
      await post(after, ["a-5"]);
      expect(taken(after)).to.equal("a-1 a-3 a-4 a-5");
    });

    it("195: what is unconfirmed is restored from a snapshot, also when the events are deleted", async () => {
      const storage = faultyStorage(newStorage());
      const snapshots = { every: 4, keep: 1, deleteEvents: true };
      const before = await postOffice({}, { snapshots }, { storage });
      await post(before, ["a-1", "a-2", "a-3"]);
      await before.confirm("2-1");
      await post(before, ["a-5", "a-6", "a-7", "a-8", "a-9"]);
      const stored: number[] = [];
      await before.system.terminate();
      const after = await postOffice({}, { snapshots }, { storage });
      for await (const { sequenceNr } of after.system.readJournal.eventsByPersistenceId("courier|1")) {
        stored.push(sequenceNr);
      }
      expect(stored).to.deep.equal([5, 6, 7, 8, 9]);
      await after.confirm("1-1");
      await quiet();
      expect(taken(after)).to.equal("a-1 a-3 a-5 a-6 a-7 a-8 a-9");
      await after.pass(redeliverAfterMs);
      expect(taken(after)).to.equal("a-3 a-5 a-6 a-7 a-8 a-9");
    });
  });
});

/** Posts numbers while things go wrong, then lets time pass until nothing is unconfirmed. */
async function chaos(steps: readonly string[], losesEvery: number): Promise<void> {
  const storage = faultyStorage(memoryStorage());
  const office = await postOffice({}, { snapshots: { every: 3, keep: 1, deleteEvents: true } }, { storage });
  addConfirming(office, "A", (nth) => nth % losesEvery === 0);
  const { system, courier } = office;
  const posts: Promise<string | undefined>[] = [];
  for (const [index, step] of steps.entries()) {
    const text = `${index}`;
    if (step === "post")
      posts.push(
        courier.ask(store(posted(text)), { timeoutMs: 1e9 }).then(
          () => text,
          () => undefined,
        ),
      );
    else if (step === "fail append") storage.failNext("append");
    else if (step === "reject append") storage.rejectNext("append");
    else if (step === "fail read") storage.failNext("read");
    else if (step === "kill") await system.kill(courier);
    else if (step === "crash") courier.tell({ type: "Fail" });
    else await office.pass(redeliverAfterMs / 2);
  }
  for (let round = 0; round < 40; round++) {
    courier.tell({ type: "Count" });
    await office.pass(redeliverAfterMs);
  }
  const acknowledged = (await Promise.all(posts)).filter((text) => text !== undefined);
  const arrived = new Map(office.received.map((letter) => letter.split(" ").slice(1) as [string, string]));
  const texts = [...arrived.values()];
  // What was stored although its asker was told of a failure arrives too.
  expect(texts).to.include.members(acknowledged);
  expect(texts.length, "numbers that came under two ids").to.equal(new Set(texts).size);
  office.received.length = 0;
  await office.pass(redeliverAfterMs);
  expect(office.received, "still unconfirmed").to.deep.equal([]);
  await system.terminate();
}
