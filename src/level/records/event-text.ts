/** One event as text inside a frame: `[timestamp,payload]`, and a third element only for what is out of the ordinary. */
import type { EventRecord, Receipt } from "../../storage/stored-event.ts";
import type { RecordBytes } from "./record-bytes.ts";

/** What an event has beyond time and payload; each key only when it says something. */
export interface EventExtra {
  /** Event type, when it is not the first member of the payload. */
  readonly t?: string;
  /** Version, when it is not 1. */
  readonly v?: number;
  /** Tags. */
  readonly g?: readonly string[];
  /** Metadata. */
  readonly m?: Readonly<Record<string, unknown>>;
  /** Receipt of the command. */
  readonly r?: Receipt;
}

const typeMember = '{"type":"';
const comma = 44;
const openingBracket = 91;
const closingBracket = 93;
const closingBrace = 125;
const quotationMark = 34;

export function writeEvent(event: EventRecord, record: RecordBytes): void {
  const { payload } = event;
  record.character(openingBracket);
  record.number(event.timestamp);
  record.character(comma);
  record.text(payload);
  const plain =
    event.version === 1 &&
    event.tags.length === 0 &&
    event.metadata === undefined &&
    event.receipt === undefined &&
    tellsType(payload, event.type);
  if (!plain) record.text(`,{${extraMembers(event)}}`);
  record.character(closingBracket);
}

function extraMembers(event: EventRecord): string {
  const members: string[] = [];
  if (!tellsType(event.payload, event.type)) members.push(`"t":${JSON.stringify(event.type)}`);
  if (event.version !== 1) members.push(`"v":${event.version}`);
  if (event.tags.length > 0) members.push(`"g":${JSON.stringify(event.tags)}`);
  if (event.metadata !== undefined) members.push(`"m":${event.metadata}`);
  if (event.receipt !== undefined) members.push(`"r":${event.receipt}`);
  return members.join(",");
}

/** Whether the payload begins with a member `type` that is the event type. */
function tellsType(payload: string, type: string): boolean {
  const end = typeMember.length + type.length;
  if (
    payload.charCodeAt(end) !== quotationMark ||
    !payload.startsWith(type, typeMember.length) ||
    !payload.startsWith(typeMember)
  ) {
    return false;
  }
  const next = payload.charCodeAt(end + 1);
  // With either character in it, text that looks the same can mean another type.
  return (next === comma || next === closingBrace) && !type.includes('"') && !type.includes("\\");
}
