/** A process that reads stores on demand, so that the one which asks survives whatever damage does to a reader. */
import process from "node:process";
import { contentOf, type StoreContent } from "./store-content.js";

/** What it is asked. */
export interface ContentRequest {
  readonly folder: string;
  readonly ids: readonly string[];
}

function send(content: StoreContent): void {
  process.send?.(content);
}

process.on("message", ({ folder, ids }: ContentRequest) => {
  contentOf(folder, ids).then(send, (error: unknown) => {
    throw error;
  });
});
