/** The seed sample, reproduced and exceeded: events become state, are replayed, and are there again in another process. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { ActorSystem, type EventEnvelope, type Storage, type StreamEvent } from "rekindle";
import { levelStorage } from "rekindle/level";
import { memoryStorage } from "rekindle/memory";
import { TestProbe } from "rekindle/testkit";
import { type BasketEvent, basket, commands, pid, printed, texts } from "./korean-basket.js";

const name = "persistentActor";

/** What recovery began with, as the system tells it. */
function recoveries(system: ActorSystem): { snapshotSequenceNr: number; replayedEvents: number }[] {
  const found: { snapshotSequenceNr: number; replayedEvents: number }[] = [];
  system.eventStream.asObservable().subscribe((event: StreamEvent) => {
    if (!("replayedEvents" in event)) return;
    const { snapshotSequenceNr, replayedEvents } = event;
    found.push({ snapshotSequenceNr, replayedEvents });
  });
  return found;
}

async function storedTexts(system: ActorSystem): Promise<string[]> {
  const found: string[] = [];
  for await (const { event } of system.readJournal.eventsByPersistenceId(pid)) found.push((event as BasketEvent).data);
  return found;
}

describe("the seed sample (이벤트소싱-이벤트는 상태화되고 재생되고 복구되어야한다)", function () {
  this.timeout(10_000);
  let folder = "";
  let opened: ActorSystem | undefined;

  async function open(storage: Storage): Promise<ActorSystem> {
    opened = await ActorSystem.create("sample", { storage });
    return opened;
  }

  afterEach(() => opened?.terminate());

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rekindle-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("has its texts in NFC, or no 담음 would be found in them", () => {
    const all = [...commands.map((command) => ("data" in command ? command.data : "")), ...texts, printed];
    expect(all.every((text) => text === text.normalize("NFC"))).to.equal(true);
  });

  const storages = { memory: () => memoryStorage(), level: () => levelStorage(join(folder, "journal")) };
  for (const [kind, storage] of Object.entries(storages)) {
    it(`prints 2, is killed, and prints 2 again (${kind})`, async () => {
      // As in the seed: whatever snapshots there are, all events are replayed.
      const definition = basket({ recovery: { fromSnapshot: "none" } });
      const system = await open(storage());
      const bus = new TestProbe(system);
      system.eventStream.subscribe(bus.ref);

      const first = system.spawn(definition, name);
      for (const command of commands) first.tell(command);
      // Not awaited before: it is answered after the four events, and when they are durable.
      expect(await first.ask({ type: "print" })).to.deep.equal({ text: printed, count: 2 });

      const told = (await bus.receiveN(4)) as EventEnvelope<BasketEvent>[];
      expect(told.map(({ event }) => event.data)).to.deep.equal(texts);
      expect(told.map(({ persistenceId, sequenceNr }) => [persistenceId, sequenceNr])).to.deep.equal([
        [pid, 1],
        [pid, 2],
        [pid, 3],
        [pid, 4],
      ]);
      first.tell({ type: "snap" });
      await system.kill(first);

      const recovered = recoveries(system);
      const second = system.spawn(definition, name);
      const { text, count } = await second.ask({ type: "print" });
      expect(count).to.equal(2);
      expect(text === printed, text).to.equal(true);
      expect(recovered).to.deep.equal([{ snapshotSequenceNr: 0, replayedEvents: 4 }]);
      await bus.expectNoMessage(50);
      expect(await storedTexts(system)).to.deep.equal(texts);
    });
  }

  it("prints 2 in another process on the same store", async () => {
    const file = fileURLToPath(new URL("./print-basket.js", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [file, join(folder, "journal")]);
    expect(stdout).to.equal("2\n");
  });

  it("recovers from its snapshot and the event after it", async () => {
    const system = await open(levelStorage(join(folder, "journal")));
    const definition = basket();
    const bus = new TestProbe(system);
    system.eventStream.subscribe(bus.ref, "SnapshotSaved");
    const first = system.spawn(definition, name);
    first.tell({ type: "snap" });
    await bus.expectMessage<StreamEvent>((event) => "sequenceNr" in event && event.sequenceNr === 4);
    await first.ask({ type: "Cmd", data: "장바구니에 물건을 담음+1" });
    await system.kill(first);

    const recovered = recoveries(system);
    const basketNow = await system.spawn(definition, name).ask({ type: "print" });
    expect(basketNow).to.deep.equal({ text: `장바구니에 물건을 담음+1-5, ${printed}`, count: 3 });
    expect(recovered).to.deep.equal([{ snapshotSequenceNr: 4, replayedEvents: 1 }]);
  });

  it("recovers the same from events alone when snapshots are ignored", async () => {
    const system = await open(levelStorage(join(folder, "journal")));
    const recovered = recoveries(system);
    const basketNow = await system.spawn(basket({ recovery: { fromSnapshot: "none" } }), name).ask({ type: "print" });
    expect(basketNow).to.deep.equal({ text: `장바구니에 물건을 담음+1-5, ${printed}`, count: 3 });
    expect(recovered).to.deep.equal([{ snapshotSequenceNr: 0, replayedEvents: 5 }]);
  });
});
