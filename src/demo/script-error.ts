/** A script that cannot be run, or not beyond one of its lines. */
export class ScriptError extends Error {
  /** Such as `carts.jsonl:12`, or the file alone. */
  readonly where: string;
  readonly problem: string;

  constructor(where: string, problem: string, cause?: unknown) {
    super(`${where}: ${problem}`, { cause });
    this.where = where;
    this.problem = problem;
  }
}
