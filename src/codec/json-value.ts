/** Which values survive a round trip through JSON, and where in a value the first one is that does not. */

/** A value that JSON stores and gives back unchanged. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Deeper nesting is refused: other JSON parsers, and the call stack, end not far beyond. */
export const jsonDepthMax = 1_000;

/** More values in one document are refused; shared references can otherwise unfold without end. */
export const jsonValuesMax = 16_777_216;

/** A longer path is cut off at its end. */
const pathLengthMax = 200;

/** What is wrong with a value, and where. */
export interface JsonFault {
  /** Such as `$.items[0].price`. */
  readonly path: string;
  readonly problem: string;
}

/** What one walk over a value has found so far. */
interface Walk {
  values: number;
  negativeZero: boolean;
}

/**
 * Data is what JSON and structuredClone agree on: the elements of arrays, and the enumerable members of plain objects under text keys. What sits
 * beside (symbol keys, members of an array that are no elements) is not looked at: to find it would cost as much as the whole walk.
 *
 * `"plain"`: JSON.stringify keeps it. `"negative-zero"`: all but -0, which JSON.stringify alone would lose. `"damaged"`: see {@link findJsonFault}.
 */
export function classifyJson(value: unknown): "plain" | "negative-zero" | "damaged" {
  const walk: Walk = { values: 0, negativeZero: false };
  if (!survives(value, 0, walk)) return "damaged";
  return walk.negativeZero ? "negative-zero" : "plain";
}

function survives(value: unknown, depth: number, walk: Walk): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      if (value === 0 && Object.is(value, -0)) walk.negativeZero = true;
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (depth === jsonDepthMax || ++walk.values > jsonValuesMax || !isPlain(value) || hasToJson(value)) return false;
      return Array.isArray(value) ? elementsSurvive(value, depth, walk) : membersSurvive(value, depth, walk);
    default:
      return false;
  }
}

function elementsSurvive(array: readonly unknown[], depth: number, walk: Walk): boolean {
  walk.values += array.length;
  if (walk.values > jsonValuesMax) return false;
  for (let index = 0; index < array.length; index++) {
    if (!survives(array[index], depth + 1, walk)) return false;
  }
  return true;
}

function membersSurvive(object: object, depth: number, walk: Walk): boolean {
  for (const key in object) {
    const member = (object as Record<string, unknown>)[key];
    // A key that somebody put on Object.prototype is seen here, but it is not stored.
    if (!survives(member, depth + 1, walk) && Object.hasOwn(object, key)) return false;
  }
  return true;
}

/** An array, an object literal or `Object.create(null)`, of this realm or another; no class instance. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (Array.isArray(object)) return prototype === Array.prototype || Array.isArray(prototype);
  return prototype === Object.prototype || prototype === null || isObjectPrototype(prototype);
}

/** Whether it is the Object.prototype of some realm; the prototype of a `class extends null` inherits as little, but has no such method. */
function isObjectPrototype(prototype: unknown): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(Object(prototype), "isPrototypeOf");
}

/** JSON.stringify would store what that method returns, even one that a walk over the members does not see. */
function hasToJson(object: object): boolean {
  return typeof (object as { readonly toJSON?: unknown }).toJSON === "function";
}

/** The first value that JSON would damage. Slow: for the error message, after {@link classifyJson} said `"damaged"`. */
export function findJsonFault(root: unknown): JsonFault | undefined {
  const ancestors: object[] = [];
  let values = 0;

  /** The path of the fault begins at `value`; whoever contains it puts its own step before. */
  function find(value: unknown): JsonFault | undefined {
    if (typeof value !== "object" || value === null) return leafFault(value);
    if (ancestors.includes(value)) return fault("refers back to an object that contains it (a cycle)");
    if (ancestors.length === jsonDepthMax) return fault(`is nested deeper than ${jsonDepthMax} levels`);
    if (!isPlain(value)) return fault(`is a ${className(value)}, which JSON would not give back`);
    if (hasToJson(value)) return fault("has a toJSON method, whose result would be stored instead");
    values += Array.isArray(value) ? 1 + value.length : 1;
    if (values > jsonValuesMax) return fault(`is one of more than ${jsonValuesMax} values, which is the limit`);
    ancestors.push(value);
    const found = Array.isArray(value) ? inElements(value) : inMembers(value);
    ancestors.pop();
    return found;
  }

  function inElements(array: readonly unknown[]): JsonFault | undefined {
    for (let index = 0; index < array.length; index++) {
      const found = find(array[index]);
      if (found) return { ...found, path: `[${index}]${found.path}` };
    }
    return undefined;
  }

  function inMembers(object: object): JsonFault | undefined {
    for (const [key, member] of Object.entries(object)) {
      const found = find(member);
      if (found) return { ...found, path: step(key) + found.path };
    }
    return undefined;
  }

  const found = find(root);
  return found && { ...found, path: shorten(`$${found.path}`) };
}

function fault(problem: string): JsonFault {
  return { path: "", problem };
}

function leafFault(value: unknown): JsonFault | undefined {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? undefined : fault(`is ${value}`);
    case "undefined":
      return fault("is undefined (leave the key out, or use null)");
    case "bigint":
      return fault("is a bigint (use a string)");
    case "function":
    case "symbol":
      return fault(`is a ${typeof value}`);
    default:
      return undefined;
  }
}

function step(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function shorten(path: string): string {
  return path.length <= pathLengthMax ? path : `${path.slice(0, pathLengthMax - 3)}...`;
}

function className(value: object): string {
  const maker: unknown = value.constructor;
  return typeof maker === "function" && maker.name !== "" ? maker.name : "class instance";
}
