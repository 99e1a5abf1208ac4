/** The error of a command or an event that its schema refuses. */
import { PersistRejectedError, quote } from "../errors.ts";

/** One thing that a schema found wrong. */
export interface ValidationIssue {
  readonly message: string;
  /** The keys that lead to the offending value; empty for the value itself. */
  readonly path: readonly PropertyKey[];
}

/** So many issues are named in the message; `issues` has all. */
const issuesNamedMax = 5;

/** A command or an event that the declared schema refuses. Nothing was stored. */
export class ValidationError extends PersistRejectedError {
  override readonly code = "VALIDATION";
  readonly kind: "command" | "event";
  /** Of the command or the event. */
  readonly type: string;
  readonly issues: readonly ValidationIssue[];

  constructor(
    { kind, type, persistenceId }: { kind: "command" | "event"; type: string; persistenceId: string },
    issues: readonly ValidationIssue[],
  ) {
    const named = issues
      .slice(0, issuesNamedMax)
      .map(({ path, message }) => `${["$", ...path].map(String).join(".")} ${message}`);
    const more = issues.length > issuesNamedMax ? ` (and ${issues.length - issuesNamedMax} more)` : "";
    super(
      persistenceId,
      undefined,
      `The ${kind} ${type} of ${quote(persistenceId)} is not valid: ${named.join("; ")}${more}. Nothing was stored.`,
    );
    this.kind = kind;
    this.type = type;
    this.issues = issues;
  }
}
