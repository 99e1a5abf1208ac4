/**
 * Seeds that are run by name: every seed that has ever found something, with a sentence that says what.
 *
 * A seed means what it means to the simulation of its day: after a change of the workload it is another story. What a seed has
 * found is therefore also told by a test of its own, next to the tests of what was mended; here it stays as a cheap second look.
 */
export const namedSeeds: readonly { readonly seed: number; readonly found: string }[] = [
  {
    seed: 1913,
    found: "a killed life went on deleting events that the next had not read yet, and recovery failed",
  },
];
