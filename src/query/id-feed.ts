/** The feed of all persistence ids: those that are stored, then every new one. */
import type { Journal } from "../storage/journal.ts";
import type { Topic } from "./channel.ts";
import type { Feed, Portion, Row } from "./feed.ts";
import type { HistoryChunks } from "./history-chunks.ts";

/** Has to remember every id that it has given. */
export class IdFeed implements Feed<string> {
  readonly topic: Topic = { kind: "all", name: "" };
  readonly fromOffset: number = -1;
  readonly complete: boolean = false;
  readonly #journal: Journal;
  readonly #chunks: HistoryChunks;
  readonly #given = new Set<string>();
  /** The list of those that are stored, until it has come to its end. */
  #list: AsyncIterator<readonly string[]> | undefined;
  #knownOffset = 0;

  constructor(journal: Journal, chunks: HistoryChunks) {
    this.#journal = journal;
    this.#chunks = chunks;
  }

  async read(position: number): Promise<Portion> {
    if (position >= 0) return this.#chunks.read(position);
    if (!this.#list) {
      this.#knownOffset = this.#journal.highestOffset();
      this.#list = this.#journal.persistenceIds()[Symbol.asyncIterator]();
    }
    const { value, done } = await this.#list.next();
    if (!done) return { rows: value, upTo: position };
    this.#list = undefined;
    return { rows: [], upTo: this.#knownOffset };
  }

  collect(row: Row, items: string[]): void {
    const id = typeof row === "string" ? row : row.stored.persistenceId;
    if (this.#given.has(id)) return;
    this.#given.add(id);
    items.push(id);
  }

  close(): void {
    this.#list?.return?.().then(undefined, () => undefined);
    this.#list = undefined;
  }
}
