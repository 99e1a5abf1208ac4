/** The receipts of one entity: which commands it has carried out of late, and what it has answered. */
import { encodeJson } from "../codec/encode-json.ts";
import type { EventRecord, Metadata, StoredEvent } from "../storage/stored-event.ts";

/** How many commands with a `commandId` an entity remembers, and for how long: what comes first forgets. */
export interface CommandIdOptions {
  /** Only commands that stored events count. Default 1,000. */
  readonly max?: number;
  /** Since the command was decided, in milliseconds. Default 86,400,000, a day; Infinity for no limit. */
  readonly maxAgeMs?: number;
}

const defaults = { max: 1_000, maxAgeMs: 86_400_000 };

/** A reply as text when it was given in this life, parsed when it comes out of the store; neither when it was undefined. */
interface Entry {
  readonly timestamp: number;
  readonly text?: string | undefined;
  readonly parsed?: unknown;
}

/** The receipts of one incarnation. */
export class Receipts {
  readonly #limits: typeof defaults;
  /** Made when it is needed, the oldest first: most entities never see a command with an id. */
  #entries: Map<string, Entry> | undefined;

  constructor(options: CommandIdOptions = {}) {
    this.#limits = { max: options.max ?? defaults.max, maxAgeMs: options.maxAgeMs ?? defaults.maxAgeMs };
  }

  /** What the command was answered, in a copy; undefined when it is not remembered. */
  find(commandId: string, nowMs: number): { readonly reply: unknown } | undefined {
    const entry = this.#entries?.get(commandId);
    if (!entry || this.#isOver(entry, nowMs)) return undefined;
    return { reply: entry.text === undefined ? structuredClone(entry.parsed) : JSON.parse(entry.text) };
  }

  /** Puts the receipt on the last event of the command, and remembers it. @throws SerializationError before either */
  sign(records: EventRecord[], commandId: string, reply: unknown): void {
    const record = records.pop();
    if (!record) throw new RangeError("a command without events has no receipt");
    const text = reply === undefined ? undefined : encodeJson(reply, `reply to command ${commandId}`);
    records.push({ ...record, receipt: receiptText(commandId, text) });
    this.#put(commandId, { timestamp: record.timestamp, text });
  }

  /** An event comes from the journal. */
  replay({ receipt, timestamp }: Pick<StoredEvent, "receipt" | "timestamp">): void {
    if (receipt) this.#put(receipt.id, { timestamp, parsed: receipt.reply });
  }

  /** The member of a snapshot's metadata that holds them; undefined when there are none. */
  toMember(nowMs: number): string | undefined {
    const rows: string[] = [];
    for (const [commandId, entry] of this.#entries ?? []) {
      if (!this.#isOver(entry, nowMs)) rows.push(rowOf(commandId, entry));
    }
    return rows.length === 0 ? undefined : `"receipts":[${rows.join(",")}]`;
  }

  /** Takes back what {@link toMember} gave, and forgets what was replayed before. */
  fromMetadata({ receipts }: Metadata): void {
    this.#entries = undefined;
    if (!Array.isArray(receipts)) return;
    for (const [commandId, timestamp, parsed] of receipts) this.#put(commandId, { timestamp, parsed });
  }

  #put(commandId: string, entry: Entry): void {
    this.#entries ??= new Map();
    // One that is over may be there still; what is put anew is the youngest.
    this.#entries.delete(commandId);
    this.#entries.set(commandId, entry);
    for (const [oldestId, oldest] of this.#entries) {
      if (this.#entries.size <= this.#limits.max && !this.#isOver(oldest, entry.timestamp)) return;
      this.#entries.delete(oldestId);
    }
  }

  #isOver({ timestamp }: Entry, nowMs: number): boolean {
    return nowMs - timestamp > this.#limits.maxAgeMs;
  }
}

/** The text of a receipt as it is stored with an event. */
function receiptText(commandId: string, reply: string | undefined): string {
  return reply === undefined
    ? `{"id":${JSON.stringify(commandId)}}`
    : `{"id":${JSON.stringify(commandId)},"reply":${reply}}`;
}

function rowOf(commandId: string, { timestamp, text, parsed }: Entry): string {
  const reply = text ?? (parsed === undefined ? undefined : encodeJson(parsed, `reply to command ${commandId}`));
  const row = `${JSON.stringify(commandId)},${timestamp}`;
  return reply === undefined ? `[${row}]` : `[${row},${reply}]`;
}
