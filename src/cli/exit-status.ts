/** How a command ends. */

/** The exit status of the process. */
export const exitStatus = { ok: 0, faults: 1, refused: 2 } as const;

/** The command line is wrong. */
export class MisuseError extends Error {
  override readonly name = "MisuseError";
}
