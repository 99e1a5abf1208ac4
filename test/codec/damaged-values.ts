/** Values that JSON would give back different, lose or not take at all, and where in them the first fault is. */
import { runInNewContext } from "node:vm";

export interface DamagedValue {
  readonly name: string;
  readonly value: unknown;
  readonly path: string;
  readonly problem: RegExp;
}

class Money {
  readonly amount = 5;
}
class Bare extends null {}
class Tags extends Array<string> {}

function damaged(name: string, value: unknown, problem: RegExp, path = "$"): DamagedValue {
  return { name, value, path, problem };
}

/** `depth` arrays, one in the other. */
export function nested(depth: number): unknown[] {
  let value: unknown[] = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}

/** A small value whose shared parts unfold to 2 ** `levels` arrays. */
export function bomb(levels: number): unknown[] {
  let value: unknown[] = [];
  for (let level = 0; level < levels; level++) value = [value, value];
  return value;
}

function nestedObjects(depth: number): object {
  let value: object = {};
  for (let level = 1; level < depth; level++) value = { a: value };
  return value;
}

/** An object with a member `__proto__`; a literal would set the prototype. */
function ownProto(member: unknown): unknown {
  return Object.defineProperty({}, "__proto__", { value: member, enumerable: true });
}

function refuse(): never {
  throw new Error("not for you");
}

function cycle(): unknown {
  const cart: { items: unknown[] } = { items: [1] };
  cart.items.push({ cart });
  return cart;
}

function getter(get: () => unknown): unknown {
  return Object.defineProperty({}, "a", { get, enumerable: true });
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return { proxy };
}

const instances: readonly unknown[] = [
  new Map(),
  new Set([1]),
  new WeakMap(),
  new Date(0),
  new Money(),
  new Error("no"),
  /x/,
  new Uint8Array(2),
  Buffer.from("a"),
  new ArrayBuffer(1),
  Object(1),
  Object("a"),
  Object(false),
  Promise.resolve(),
  new URL("http://a"),
  new Tags("a"),
  runInNewContext("new Map()"),
];

export const damagedValues: readonly DamagedValue[] = [
  damaged("undefined", undefined, /^is undefined/),
  damaged("a function", () => undefined, /^is a function$/),
  damaged("a class", Money, /^is a function$/),
  damaged("a symbol", Symbol("a"), /^is a symbol$/),
  damaged("a bigint", 1n, /^is a bigint/),
  damaged("NaN", Number.NaN, /^is NaN$/),
  damaged("Infinity", Number.POSITIVE_INFINITY, /^is Infinity$/),
  damaged("-Infinity", Number.NEGATIVE_INFINITY, /^is -Infinity$/),
  ...instances.map((value) => {
    const name = Object(value).constructor.name;
    return damaged(`an instance of ${name}`, value, new RegExp(`^is a ${name}, which JSON would not give back$`));
  }),
  damaged("an instance of a class without a name", new (class {})(), /^is a class instance,/),
  damaged("an instance of a class that extends null", Object.create(Bare.prototype), /^is a Bare,/),
  damaged("an object that inherits from an object", Object.create({ inherited: 1 }), /^is a Object,/),
  damaged("an object that inherits from a bare one", Object.create(Object.create(null)), /^is a class instance,/),

  damaged("a member that is undefined", { a: 1, b: undefined }, /^is undefined/, "$.b"),
  damaged("an element that is undefined", [1, undefined], /^is undefined/, "$[1]"),
  damaged("a hole", Object.assign([], { 0: 1, 2: 3 }), /^is undefined/, "$[1]"),
  damaged("a long array of holes", new Array(1_000), /^is undefined/, "$[0]"),
  damaged("the longest array of holes", { list: new Array(4_294_967_295) }, /limit$/, "$.list"),
  damaged("a price of NaN", { items: [{ price: Number.NaN }] }, /^is NaN$/, "$.items[0].price"),
  damaged("the first of two faults", { a: { b: 1n }, c: undefined }, /bigint/, "$.a.b"),
  damaged("a key with a space", { "unit price": 1n }, /bigint/, '$["unit price"]'),
  damaged("a key with a quote", { 'a"b': [1n] }, /bigint/, '$["a\\"b"][0]'),
  damaged("an empty key", { "": 1n }, /bigint/, '$[""]'),
  damaged("a key of digits", { 42: 1n }, /bigint/, '$["42"]'),
  damaged("a key in Hangul", { 상품: 1n }, /bigint/, "$.상품"),
  damaged("keys with $ and _", { $a: { _b1: 1n } }, /bigint/, "$.$a._b1"),
  damaged("the key __proto__", ownProto({ n: 1n }), /bigint/, "$.__proto__.n"),
  damaged("a bare object", Object.assign(Object.create(null), { a: 1n }), /bigint/, "$.a"),
  damaged("a very long key", { ["k".repeat(10_000)]: 1n }, /bigint/, `$.${"k".repeat(195)}...`),

  damaged("a cycle", cycle(), /\(a cycle\)$/, "$.items[1].cart"),
  damaged("a method toJSON", { a: { toJSON: () => 1 } }, /toJSON/, "$.a"),
  damaged("a hidden toJSON", [Object.defineProperty({}, "toJSON", { value: () => 1 })], /toJSON/, "$[0]"),
  damaged("an array with a toJSON", { a: Object.assign([1], { toJSON: () => 1 }) }, /toJSON/, "$.a"),
  damaged(
    "a getter that gives undefined",
    getter(() => undefined),
    /^is undefined/,
    "$.a",
  ),
  damaged("a proxy of a class instance", { a: new Proxy(new Money(), {}) }, /^is a Money,/, "$.a"),
  damaged("1,001 nested arrays", nested(1_001), /^is nested deeper than 1000 levels$/, `$${"[0]".repeat(65)}[...`),
  damaged("100,000 nested arrays", nested(100_000), /^is nested deeper than 1000 levels$/, `$${"[0]".repeat(65)}[...`),
  damaged("100,000 nested objects", nestedObjects(100_000), /^is nested deeper/, `$${".a".repeat(98)}...`),
  damaged("an array of too many numbers", { a: new Array(16_777_216).fill(0) }, /limit$/, "$.a"),

  damaged("a getter that throws", getter(refuse), /^threw while it was read$/),
  damaged("a proxy that throws on reading", new Proxy({ a: 1 }, { get: refuse }), /^threw while it was read$/),
  damaged("a proxy that throws on its keys", new Proxy({}, { ownKeys: refuse }), /^threw while it was read$/),
  damaged(
    "a proxy that throws on its prototype",
    new Proxy({}, { getPrototypeOf: refuse }),
    /^threw while it was read$/,
  ),
  damaged("a revoked proxy", revoked(), /^threw while it was read$/),
  damaged(
    "an instance whose class cannot be named",
    Object.create(Object.defineProperty({}, "constructor", { get: refuse })),
    /^threw while/,
  ),
];
