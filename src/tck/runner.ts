/** The four functions that a test runner lends to the contract suites. */

/** What mocha, jest and vitest (with `globals`) define globally, and what node:test exports. */
export interface TestRunner {
  describe(name: string, suite: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
  beforeEach(hook: () => Promise<void>): unknown;
  afterEach(hook: () => Promise<void>): unknown;
}

/**
 * The functions of the runner that is running.
 *
 * @throws TypeError when one of them is not global
 */
export function globalRunner(): TestRunner {
  const { describe, it, beforeEach, afterEach } = globalThis as Partial<TestRunner>;
  if (!describe || !it || !beforeEach || !afterEach) {
    throw new TypeError(
      "storageTck needs the global functions describe, it, beforeEach and afterEach. Run it with mocha, jest or vitest (globals: true), or hand them in: { runner: { describe, it, beforeEach, afterEach } }.",
    );
  }
  return { describe, it, beforeEach, afterEach };
}
