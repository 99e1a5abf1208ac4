/** The audit of the demo, shown every kind of loss. */
import { expect } from "chai";
import { ActorSystem } from "rekindle";
import { memoryStorage } from "rekindle/memory";
import { type Acknowledgement, Acknowledgements, acknowledgementIn } from "#src/demo/acknowledgements.js";
import { auditRun, type CartAudit } from "#src/demo/audit.js";
import { type CartCommand, cart } from "#src/demo/cart.js";

const run = "this run";
const script: [line: number, command: CartCommand][] = [
  [3, { type: "AddItem", sku: "banana", quantity: 2, price: 500 }],
  [4, { type: "AddItem", sku: "milk", quantity: 1, price: 2_900 }],
  [7, { type: "ChangeQuantity", sku: "banana", quantity: 2 }],
  [8, { type: "RemoveItem", sku: "milk" }],
  [9, { type: "Checkout" }],
];

describe("the audit of the demo", () => {
  let system: ActorSystem;
  let answers: Acknowledgement[];

  beforeEach(async () => {
    system = await ActorSystem.create("audit", { storage: memoryStorage() });
    answers = [];
    await send([1, { type: "AddItem", sku: "of another run", quantity: 1, price: 1 }], "another run");
    answers = [];
    for (const each of script) await send(each);
  });

  afterEach(() => system.terminate());

  async function send([line, command]: [number, CartCommand], of = run): Promise<void> {
    const answer = await system.entityRef(cart, "42").ask(command, { metadata: { run: of, line } });
    const acknowledgement = acknowledgementIn("42", line, command.type, answer);
    if (acknowledgement) answers.push(acknowledgement);
  }

  async function audit(told: readonly Acknowledgement[]): Promise<CartAudit[]> {
    const list = new Acknowledgements({ run, afterOffset: 1, carts: [] });
    for (const each of told) list.add(each);
    // As it goes from process to process.
    const copy = new Acknowledgements(JSON.parse(JSON.stringify(list.data())));
    const audits: CartAudit[] = [];
    for await (const each of auditRun(system, copy)) audits.push(each);
    return audits;
  }

  function changed(at: number, change: Partial<Acknowledgement>): Acknowledgement[] {
    return answers.map((answer, n) => (n === at ? { ...answer, ...change } : answer));
  }

  it("finds nothing when all is well, a command that changed nothing included", async () => {
    const [found] = await audit(answers);
    expect(found).to.deep.include({ cart: "42", acknowledged: 5, acknowledgedTotal: 1_001, unanswered: 0, faults: [] });
    expect(found?.state).to.deep.include({ revision: 5, total: 1_001, checkedOut: true });
  });

  it("counts what is stored though nobody was told", async () => {
    const [found] = await audit(answers.slice(0, 3));
    expect(found).to.deep.include({ acknowledged: 3, acknowledgedTotal: 3_901, unanswered: 2, faults: [] });
    expect(await audit([])).to.have.length(1);
  });

  it("reads a list as short as its numbers, and keeps its size", () => {
    const list = new Acknowledgements({ run, afterOffset: 0, carts: [["42", [3, 0, 1, 1_000, 4, 3, 2, 3_900]]] });
    expect(list.size).to.equal(2);
    expect(list.last("42")).to.deep.equal({ cart: "42", line: 4, type: "Checkout", revision: 2, total: 3_900 });
    expect(list.last("43")).to.equal(undefined);
  });

  const losses: [what: string, told: () => Acknowledgement[], fault: string][] = [
    [
      "an acknowledged event at the end that is not there",
      () => [...answers, { cart: "42", line: 12, type: "AddItem", revision: 6, total: 9 }],
      "cart 42, line 12: AddItem, acknowledged as event 6, is missing",
    ],
    [
      "one in the middle",
      () => changed(1, { line: 5 }),
      "cart 42, line 5: AddItem, acknowledged as event 3, is missing",
    ],
    [
      "one at another place",
      () => changed(3, { revision: 3 }),
      "cart 42, line 8: RemoveItem was acknowledged as event 3 and is event 4",
    ],
    [
      "one of another content",
      () => changed(0, { total: 2_001 }),
      "cart 42, line 3: AddItem was acknowledged at ₩2,001, and the events make ₩1,001",
    ],
    [
      "a change that is gone and would have changed something",
      () => changed(2, { revision: 4 }),
      "cart 42, line 7: ChangeQuantity, acknowledged as event 4, is missing",
    ],
    [
      "a change that had nothing to change, of another content",
      () => changed(2, { total: 1 }),
      "cart 42, line 7: ChangeQuantity was acknowledged at ₩1, and the events make ₩3,901",
    ],
  ];
  for (const [what, told, fault] of losses) {
    it(`finds ${what}`, async () => {
      const [found] = await audit(told());
      expect(found?.faults).to.deep.equal([fault]);
    });
  }

  it("finds a cart that is gone as a whole", async () => {
    const found = await audit([...answers, { cart: "43", line: 2, type: "AddItem", revision: 1, total: 5 }]);
    expect(found[1]?.faults).to.deep.equal(["cart 43, line 2: AddItem, acknowledged as event 1, is missing"]);
  });

  it("finds a line that is stored twice, and one out of order", async () => {
    await system.terminate();
    system = await ActorSystem.create("audit", { storage: memoryStorage() });
    answers = [];
    for (const line of [3, 5, 5, 4]) await send([line, { type: "AddItem", sku: "tea", quantity: 1, price: 1 }]);
    const [found] = await audit(answers.slice(0, 2));
    expect(found?.faults).to.deep.equal([
      "cart 42, line 5: stored again, or out of order, as event 3",
      "cart 42, line 4: stored again, or out of order, as event 4",
    ]);
  });
});
