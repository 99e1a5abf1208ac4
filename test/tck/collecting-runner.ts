/** A test runner that runs nothing by itself: it collects the cases, so that a test can run them and watch them fail. */
import type { TestRunner } from "rekindle/tck";

type Hook = () => Promise<void>;

export interface CollectedCase {
  /** The names of the suites around it and its own, joined with spaces. */
  readonly name: string;
  /** Rejects when the case or one of its hooks fails. */
  readonly run: () => Promise<void>;
}

interface Suite {
  readonly name: string;
  readonly before: Hook[];
  readonly after: Hook[];
}

export function collectCases(define: (runner: TestRunner) => void): readonly CollectedCase[] {
  const cases: CollectedCase[] = [];
  const trail: Suite[] = [];

  function current(): Suite {
    const suite = trail.at(-1);
    if (!suite) throw new Error("there is no suite around this hook");
    return suite;
  }

  define({
    describe(name, suite) {
      trail.push({ name, before: [], after: [] });
      suite();
      trail.pop();
    },
    it(name, test) {
      const suites = [...trail];
      cases.push({ name: [...suites.map((suite) => suite.name), name].join(" "), run: () => runCase(suites, test) });
    },
    beforeEach: (hook) => current().before.push(hook),
    afterEach: (hook) => current().after.push(hook),
  });
  return cases;
}

async function runCase(suites: readonly Suite[], test: Hook): Promise<void> {
  try {
    for (const hook of suites.flatMap((suite) => suite.before)) await hook();
    await test();
  } finally {
    for (const hook of suites.toReversed().flatMap((suite) => suite.after)) await hook();
  }
}
