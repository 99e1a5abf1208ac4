/** A stored event on its way to several readers: it is decoded once, when the first of them takes it. */
import type { EventDecoder, EventEnvelope } from "../persistence/event-envelope.ts";
import type { StoredEvent } from "../storage/stored-event.ts";

/** The same objects go to every reader. */
export class SharedEvent {
  readonly stored: StoredEvent;
  /** About how many characters its text has; 0 when that is not known. */
  readonly size: number;
  readonly #decoder: EventDecoder;
  #envelopes: readonly EventEnvelope[] | undefined;

  constructor(stored: StoredEvent, decoder: EventDecoder, size = 0) {
    this.stored = stored;
    this.size = size;
    this.#decoder = decoder;
  }

  /** What it stands for; see {@link EventDecoder.envelopes}. */
  get envelopes(): readonly EventEnvelope[] {
    this.#envelopes ??= this.#decoder.envelopes(this.stored);
    return this.#envelopes;
  }
}
