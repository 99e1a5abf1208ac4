/** A query that ends with what was stored when it began, pulled by its reader batch by batch. */

/** @throws the reason of the signal as soon as it is aborted, also in the middle of a read */
export async function* finiteQuery<R, T>(
  batches: AsyncIterable<readonly R[]>,
  convert: (row: R) => readonly T[],
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  for await (const batch of signal ? untilAborted(batches, signal) : batches) {
    for (const row of batch) {
      for (const item of convert(row)) {
        signal?.throwIfAborted();
        yield item;
      }
    }
  }
}

async function* untilAborted<R>(batches: AsyncIterable<R>, signal: AbortSignal): AsyncGenerator<R, void, undefined> {
  signal.throwIfAborted();
  const iterator = batches[Symbol.asyncIterator]();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    for (;;) {
      const { value, done } = await Promise.race([iterator.next(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    if (abort) signal.removeEventListener("abort", abort);
    // Not awaited: a read under way may wait for the end of an outage.
    iterator.return?.().then(undefined, () => undefined);
  }
}
