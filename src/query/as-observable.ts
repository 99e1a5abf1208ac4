/** A live query for rxjs: one that is unsubscribed is let go at once, also while it waits for its next item. */
// By themselves, as in the event stream: rxjs as a whole takes longer to load than the rest of this library.
import { Observable } from "rxjs/internal/Observable";
import type { Subscriber } from "rxjs/internal/Subscriber";
import type { PendingReader } from "./live-tail.ts";

/** What `from(query)` of rxjs subscribes to, in place of its own loop, which would end no earlier than with the next item. */
export function asObservable<T>(reader: AsyncIterable<T> & PendingReader): Observable<T> {
  return new Observable((subscriber) => {
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
