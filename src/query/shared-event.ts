/** A stored event on its way to several readers: it is decoded once, when the first of them takes it. */
import type { EventDecoder, EventEnvelope } from "../persistence/event-envelope.ts";
import type { StoredEvent } from "../storage/stored-event.ts";

/** The same objects go to every reader. */
export class SharedEvent {
  readonly stored: StoredEvent;
  readonly #decoder: EventDecoder;
  #envelopes: readonly EventEnvelope[] | undefined;

  constructor(stored: StoredEvent, decoder: EventDecoder) {
    this.stored = stored;
    this.#decoder = decoder;
  }

  /** What it stands for; see {@link EventDecoder.envelopes}. */
  get envelopes(): readonly EventEnvelope[] {
    this.#envelopes ??= this.#decoder.envelopes(this.stored);
    return this.#envelopes;
  }
}
