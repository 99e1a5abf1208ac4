/** The end of the history as it grows: one follower of the journal for all live readers of a system. */
import type { Clock } from "../clock.ts";
import type { EventDecoder } from "../persistence/event-envelope.ts";
import type { DurableCommit, Journal } from "../storage/journal.ts";
import { Channel, type ChannelReader, type Topic } from "./channel.ts";
import { HistoryChunks } from "./history-chunks.ts";
import { SharedEvent } from "./shared-event.ts";
import { Turns } from "./turns.ts";

/** Somebody who waits for the next item of a live query. */
export interface PendingReader {
  /** Ends the query as if there were nothing more. */
  end(): void;
}

/** Follows the journal while it has readers; it is pushed, and never asks. */
export class LiveTail {
  readonly clock: Clock;
  readonly turns: Turns;
  readonly chunks: HistoryChunks;
  readonly #journal: Journal;
  readonly #decoder: EventDecoder;
  readonly #channels: Readonly<Record<Topic["kind"], Map<string, Channel>>> = {
    all: new Map(),
    entityType: new Map(),
    persistenceId: new Map(),
    tag: new Map(),
  };
  readonly #pending = new Set<PendingReader>();
  #unfollow: (() => void) | undefined;
  /** Of the last event that the channels were told. */
  #toldOffset = 0;
  #closed = false;

  constructor(journal: Journal, decoder: EventDecoder, clock: Clock) {
    this.clock = clock;
    this.turns = new Turns(clock);
    this.#journal = journal;
    this.#decoder = decoder;
    this.chunks = new HistoryChunks(journal, decoder, clock);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The offset of the last durable event. */
  get highestOffset(): number {
    return this.#journal.highestOffset();
  }

  /** Lets a reader look through the channel of its topic, until it leaves or falls too far behind. */
  join(topic: Topic, reader: ChannelReader): Channel {
    this.#follow();
    const channels = this.#channels[topic.kind];
    const channel = channels.get(topic.name) ?? new Channel(topic, this.#toldOffset);
    channels.set(topic.name, channel);
    channel.add(reader);
    return channel;
  }

  leave(channel: Channel, reader: ChannelReader): void {
    channel.remove(reader);
    this.#closeIfUnread(channel);
  }

  /** Remembers who is to be told of the end. */
  pends(reader: PendingReader): void {
    this.#pending.add(reader);
  }

  pendsNoMore(reader: PendingReader): void {
    this.#pending.delete(reader);
  }

  /** Ends the queries of all who wait; the others end as soon as they ask for more. */
  close(): void {
    this.#closed = true;
    for (const reader of [...this.#pending]) reader.end();
    this.chunks.close();
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  #follow(): void {
    if (this.#unfollow) return;
    this.#unfollow = this.#journal.follow((commit) => this.#take(commit));
    this.#toldOffset = this.#journal.highestOffset();
  }

  #take({ highestOffset, size, events }: DurableCommit): void {
    const follows = events?.[0]?.offset === this.#toldOffset + 1;
    this.#toldOffset = highestOffset;
    if (events && follows) {
      const sizeEach = size / events.length;
      this.#push(events.map((stored) => new SharedEvent(stored, this.#decoder, sizeEach)));
    } else this.#eachChannel((channel) => channel.reset(highestOffset));
  }

  #push(events: readonly SharedEvent[]): void {
    const { all, entityType, persistenceId, tag } = this.#channels;
    const reached = new Set<Channel>();
    const push = (channel: Channel | undefined, event: SharedEvent): void => {
      if (!channel) return;
      channel.push(event);
      reached.add(channel);
    };
    for (const event of events) {
      const { stored } = event;
      if (all.size > 0) push(all.get(""), event);
      if (entityType.size > 0) push(entityType.get(stored.entityType), event);
      if (persistenceId.size > 0) push(persistenceId.get(stored.persistenceId), event);
      if (tag.size > 0) for (const name of new Set(stored.tags)) push(tag.get(name), event);
    }
    for (const channel of reached) {
      channel.wakeAll();
      this.#closeIfUnread(channel);
    }
  }

  #eachChannel(call: (channel: Channel) => void): void {
    for (const channels of Object.values(this.#channels)) for (const channel of [...channels.values()]) call(channel);
  }

  /** The last one to go turns off the light. */
  #closeIfUnread(channel: Channel): void {
    if (!channel.isUnread) return;
    const { kind, name } = channel.topic;
    if (this.#channels[kind].get(name) === channel) this.#channels[kind].delete(name);
    if (Object.values(this.#channels).some((channels) => channels.size > 0)) return;
    this.#unfollow?.();
    this.#unfollow = undefined;
  }
}
