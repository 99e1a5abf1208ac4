/** An error and what caused it. */

/** Errors that users throw may go round in a circle of causes. */
const causesMax = 16;

/** The error, its cause, the cause of that, and so on; nothing when it is no error. */
export function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && causes.length < causesMax; cause = cause.cause) causes.push(cause);
  return causes;
}
