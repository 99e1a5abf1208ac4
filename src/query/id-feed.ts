/** The feed of all persistence ids: those that are stored, then every new one. */
import type { Clock } from "../clock.ts";
import type { Journal } from "../storage/journal.ts";
import type { Topic } from "./channel.ts";
import type { Feed, Portion, Row } from "./feed.ts";
import type { HistoryChunks } from "./history-chunks.ts";
import { StoredWalk } from "./stored-walk.ts";

/** Has to remember every id that it has given. */
export class IdFeed implements Feed<string> {
  readonly topic: Topic = { kind: "all", name: "" };
  readonly fromOffset: number = -1;
  readonly complete: boolean = false;
  readonly #chunks: HistoryChunks;
  readonly #given = new Set<string>();
  /** The list of those that are stored. */
  readonly #list: StoredWalk<string>;

  constructor(journal: Journal, clock: Clock, chunks: HistoryChunks) {
    this.#chunks = chunks;
    this.#list = new StoredWalk({
      clock,
      highestOffset: () => journal.highestOffset(),
      begin: () => journal.persistenceIds(),
    });
  }

  async read(position: number): Promise<Portion> {
    if (position >= 0) return this.#chunks.read(position);
    const ids = await this.#list.next(position);
    return ids ? { rows: ids, upTo: position } : { rows: [], upTo: this.#list.knownOffset };
  }

  collect(row: Row, items: string[]): void {
    const id = typeof row === "string" ? row : row.stored.persistenceId;
    if (this.#given.has(id)) return;
    this.#given.add(id);
    items.push(id);
  }

  close(): void {
    this.#list.close();
  }
}
