/** Deliveries whose options are wrong, or left out. */
import { expect } from "chai";
import { eventSourced, SerializationError } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { ManualClock } from "rekindle/testkit";
import { type CourierDeliveries, courier, posted, postOffice, store } from "../support/courier.ts";
import { startSystem } from "../support/start-system.ts";
import { rejection } from "../support/waiting.ts";

describe("deliveries that are described wrongly", () => {
  it("are refused when the entity is defined", () => {
    const { options } = courier(() => undefined);
    for (const [name, wrong] of [
      ["begins", undefined],
      ["confirms", 1],
      ["destination", "A"],
      ["redeliverAfterMs", 0],
      ["redeliveryBurstMax", 1.5],
      ["warnAfterAttempts", -1],
      ["unconfirmedMax", "many"],
    ] as const) {
      const deliveries = { ...options.deliveries, [name]: wrong } as never;
      expect(() => eventSourced({ ...options, deliveries })).to.throw(TypeError, `deliveries.${name} of entity type`);
    }
    expect(() => eventSourced({ ...options, deliveries: null as never })).to.throw(TypeError, "must be an object");
  });

  it("fail the entity when what begins and what confirms are no lists, or the recipient has no name", async () => {
    for (const [wrong, text] of [
      [{ begins: () => undefined }, "deliveries.begins must return a list"],
      [{ confirms: () => "1-1" }, "deliveries.confirms must return a list"],
      [{ begins: () => [{ message: () => 1 }] }, "no name to deliver to"],
    ] as const) {
      const system = await startSystem();
      const ref = system.entityRef(
        courier(() => undefined, wrong as never),
        "1",
      );
      expect(await rejection(ref.ask(store(posted("a")))))
        .to.have.property("message")
        .that.includes(text);
      expect(await ref.ask({ type: "Count" })).to.equal(0);
    }
  });

  it("store nothing when a message is no JSON, and the error names the entity and the recipient", async () => {
    const begins: CourierDeliveries["begins"] = () => [{ to: "A", message: () => new Map() }];
    const { courier, received } = await postOffice({ begins });
    const error = await rejection(courier.ask(store(posted("a"))));
    expect(error).to.be.instanceOf(SerializationError);
    expect(error).to.include({ persistenceId: "courier|1", what: "delivery to A" });
    expect(await courier.ask({ type: "Count" })).to.equal(0);
    expect(received).to.deep.equal([]);
  });

  it("use the defaults for limits that are given as undefined", async () => {
    const clock = new ManualClock();
    const system = await startSystem({ clock, storage: memoryStorage() });
    const limits = { redeliverAfterMs: undefined, unconfirmedMax: undefined, redeliveryBurstMax: undefined } as object;
    let attempts = 0;
    const counting = (): undefined => void attempts++;
    const ref = system.entityRef(courier(counting, limits), "1");
    await ref.ask(store(posted("a")));
    clock.advance(4_999);
    expect(attempts).to.equal(1);
    clock.advance(1);
    expect(attempts).to.equal(2);
  });
});
