/** A writer of a view that is not where it believed to be. */
import { RekindleError } from "../errors.ts";

/** The place of a view is not where its writer believed it to be: another one was faster. Nothing was stored. */
export class ViewConflictError extends RekindleError {
  readonly code = "VIEW_CONFLICT";
  readonly view: string;
  readonly expectedOffset: number;
  readonly actualOffset: number;

  constructor(view: string, expectedOffset: number, actualOffset: number) {
    super(
      `The view ${JSON.stringify(view)} stands at offset ${actualOffset}, not ${expectedOffset}: another projection writes to it, or it was rebuilt. Nothing was stored.`,
    );
    this.view = view;
    this.expectedOffset = expectedOffset;
    this.actualOffset = actualOffset;
  }
}
