/** One value of every JSON kind, and those that stores have damaged. */
import type { JsonValue } from "../codec/json-value.ts";

/** Whatever is stored of these must be read deeply equal. */
export const jsonSamples: readonly JsonValue[] = [
  null,
  true,
  false,
  0,
  -0,
  -1.5,
  5e-324,
  Number.MAX_VALUE,
  Number.MAX_SAFE_INTEGER,
  "",
  "café 담음 🍌",
  "\u0000\u001f\u007f\u2028\u2029\ufeff\\\"'",
  "a lone surrogate \ud83c",
  "  space\nline\r\nline\ttab  ",
  [],
  {},
  [null, [], [[]], { a: [{}] }],
  { "": 1, "10": 2, "9": 3, "a.b": 4, 日本: 5, constructor: 6, toString: 7, length: 8 },
  // A literal would set the prototype instead of a key.
  JSON.parse('{"__proto__":{"polluted":true},"nested":[{"__proto__":null}]}'),
];
