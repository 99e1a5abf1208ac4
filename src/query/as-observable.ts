/** A live query for rxjs: one that is unsubscribed is let go at once, also while it waits for its next item. */
import { createRequire } from "node:module";
import type { Observable } from "rxjs/internal/Observable";
import type { Subscriber } from "rxjs/internal/Subscriber";
import type { PendingReader } from "./live-tail.ts";

const require = createRequire(import.meta.url);

/** Where rxjs looks for an Observable in what it is given: a string or a symbol, as it is when rxjs is loaded. */
export const observableKey: string | symbol = require("rxjs/internal/symbol/observable").observable;

/** What `from(query)` of rxjs subscribes to, in place of its own loop, which would end no earlier than with the next item. */
export function asObservable<T>(reader: AsyncIterable<T> & PendingReader): Observable<T> {
  // With the first query that rxjs takes: see the Observable of the event stream.
  const rxjs: typeof import("rxjs/internal/Observable") = require("rxjs/internal/Observable");
  return new rxjs.Observable((subscriber) => {
    pump(reader, subscriber).then(undefined, (error: unknown) => subscriber.error(error));
    return () => {
      reader.end();
    };
  });
}

async function pump<T>(reader: AsyncIterable<T>, subscriber: Subscriber<T>): Promise<void> {
  for await (const item of reader) subscriber.next(item);
  subscriber.complete();
}
