/** Systems that break their promises, each in one way. The simulation is worth as much as the number of them that it finds out. */
import { MailboxOverflowError, PersistRejectedError } from "rekindle";
import { ActorCell } from "#src/actor/actor-cell.js";
import type { ReplyAddress } from "#src/actor/envelope.js";
import { CommandOutput } from "#src/persistence/command-output.js";
import { Deliveries } from "#src/persistence/deliveries.js";
import { EntityOutputs } from "#src/persistence/entity-outputs.js";
import { toEnvelope } from "#src/persistence/event-envelope.js";
import { OutputGate } from "#src/persistence/output-gate.js";
import { Receipts } from "#src/persistence/receipts.js";
import { Running } from "#src/persistence/running.js";
import { StreamUpdate } from "#src/persistence/stream-update.js";
import type { AppendRequest, Journal } from "#src/storage/journal.js";
import type { StoredEvent } from "#src/storage/stored-event.js";
import type { Sabotage } from "./simulation.ts";
import { oneIn, withJournal, withMethod, withSnapshots } from "./tampering.ts";

/** What is broken, and how. */
export const sabotages: Readonly<Record<string, () => Sabotage>> = {
  "a write is acknowledged before it is stored": () =>
    withJournal((journal) => ({
      append: async (request) => {
        void journal.append(request).catch(() => {});
        return journal.highestOffset() + 1;
      },
    })),

  "a write is acknowledged and lost": () => {
    const lost = oneIn(20);
    return withJournal((journal) => ({
      append: async (request) => (lost() ? journal.highestOffset() + 1 : journal.append(request)),
    }));
  },

  "the events of an effect are stored one by one": () =>
    withJournal((journal) => ({ append: (request) => appendOneByOne(journal, request) })),

  "a write is refused and stored all the same": () => {
    const lies = oneIn(20);
    return withJournal((journal) => ({
      append: async (request) => {
        const offset = await journal.append(request);
        if (lies()) throw new PersistRejectedError(request.persistenceId, new Error("a lie"));
        return offset;
      },
    }));
  },

  "a write that failed is written again": () =>
    withJournal((journal) => ({
      append: (request) =>
        journal.append(request).catch(async () => {
          const sequenceNr = (await journal.highestSequenceNr(request.persistenceId)) + 1;
          return journal.append({ ...request, sequenceNr, expectedSequenceNr: sequenceNr - 1 });
        }),
    })),

  "recovery does not see the last event": () =>
    withJournal((journal) => ({
      read: (persistenceId, range) => withoutLast(journal.read(persistenceId, range)),
      highestSequenceNr: async (persistenceId) => Math.max(0, (await journal.highestSequenceNr(persistenceId)) - 1),
    })),

  "recovery does not wait for the writes of the life before": () => {
    const stored = new Map<string, number>();
    return withJournal((journal) => ({
      append: async (request) => {
        const offset = await journal.append(request);
        stored.set(request.persistenceId, request.sequenceNr + request.events.length - 1);
        return offset;
      },
      read: (persistenceId, range = {}) =>
        journal.read(persistenceId, { ...range, toSequenceNr: stored.get(persistenceId) }),
      highestSequenceNr: async (persistenceId) =>
        stored.get(persistenceId) ?? (await journal.highestSequenceNr(persistenceId)),
    }));
  },

  "a snapshot is ahead of its sequence number": () =>
    withSnapshots((snapshots) => ({
      save: (snapshot) => snapshots.save({ ...snapshot, sequenceNr: snapshot.sequenceNr - 1 }),
    })),

  "a snapshot is loaded with the state of an older one": () => {
    const older = new Map<string, unknown>();
    return withSnapshots((snapshots) => ({
      load: async (persistenceId, criteria) => {
        const snapshot = await snapshots.load(persistenceId, criteria);
        const state = older.get(persistenceId) ?? snapshot?.state;
        older.set(persistenceId, snapshot?.state);
        return snapshot && { ...snapshot, state };
      },
    }));
  },

  "the retention of events deletes one too many": () =>
    withJournal((journal) => ({
      deleteTo: (persistenceId, toSequenceNr) => journal.deleteTo(persistenceId, toSequenceNr + 5),
    })),

  "a damaged snapshot is taken for an empty one": () =>
    withSnapshots((snapshots) => ({
      load: (persistenceId, criteria) => snapshots.load(persistenceId, criteria).catch(() => undefined),
    })),

  "the output gate lets everything out at once": () =>
    withMethod(OutputGate.prototype, "hold", () => (output) => output.release(0, 0)),

  "the output gate lets reads out at once": () =>
    withMethod(
      OutputGate.prototype,
      "hold",
      (hold) =>
        function (this: OutputGate, output) {
          if (this.collected === 0) output.release(0, 0);
          else hold.call(this, output);
        },
    ),

  "the output gate forgets that a write has failed": () =>
    withMethod(
      OutputGate.prototype,
      "hold",
      (hold) =>
        function (this: OutputGate, output) {
          hold.call(this, {
            release: (offset, last) => output.release(offset, last),
            fail: () => output.release(0, 0),
          });
        },
    ),

  "a stash is forgotten when its entity ends": () => withMethod(Running.prototype, "emptyStash", () => () => []),

  "what a full mailbox drops is not answered": () =>
    withMethod(
      ActorCell.prototype,
      "enqueue",
      (enqueue) =>
        function (this: ActorCell, envelope) {
          enqueue.call(this, { ...envelope, reply: envelope.reply && withoutOverflow(envelope.reply) });
        },
    ),

  "what is stashed comes back in the wrong order": () =>
    withMethod(
      ActorCell.prototype,
      "replayFirst",
      (replay) =>
        function (this: ActorCell, envelopes) {
          replay.call(this, [...envelopes].reverse());
        },
    ),

  "side effects are run twice": () =>
    withMethod(
      EntityOutputs.prototype,
      "run",
      (run) =>
        function (this: EntityOutputs<unknown, unknown, unknown>, callback, state, envelope) {
          run.call(this, callback, state, envelope);
          return run.call(this, callback, state, envelope);
        },
    ),

  "deliveries begin before their events are durable": () =>
    withMethod(
      Deliveries.prototype,
      "apply",
      (apply) =>
        function (this: Deliveries<unknown, unknown>, change) {
          apply.call(this, change);
          this.begin(change);
        },
    ),

  "a snapshot forgets what is not delivered yet": () =>
    withMethod(Deliveries.prototype, "toMember", () => () => undefined),

  "a recovery forgets which commands were carried out": () => withMethod(Receipts.prototype, "replay", () => () => {}),

  "a command is remembered in the next life only": () =>
    withMethod(
      Receipts.prototype,
      "sign",
      (sign) =>
        (...command) =>
          sign.apply(new Receipts(), command),
    ),

  "a snapshot forgets which commands were carried out": () =>
    withMethod(Receipts.prototype, "toMember", () => () => undefined),

  "a write does not look at the version": () =>
    withMethod(
      StreamUpdate.prototype,
      "decide",
      (decide) =>
        function (this: StreamUpdate, options, persistenceId, _sequenceNr) {
          return decide.call(this, options, persistenceId, this.expectedVersion) as never;
        },
    ),

  "recovery does not deliver again": () => withMethod(Deliveries.prototype, "resume", () => () => {}),

  "what failed is answered as a success": () =>
    withMethod(
      CommandOutput.prototype,
      "fail",
      () =>
        function (this: CommandOutput<unknown, unknown>) {
          this.release(0, 0);
        },
    ),

  "events are published on replay": () => {
    let publish = (_event: StoredEvent): void => {};
    return {
      ...withJournal((journal) => ({
        read: async function* (persistenceId, range) {
          for await (const batch of journal.read(persistenceId, range)) {
            for (const event of batch) publish(event);
            yield batch;
          }
        },
      })),
      system: ({ eventStream }) => {
        publish = (event) => eventStream.publishEvent(toEnvelope(event));
      },
    };
  },

  "an event is published twice": () => ({
    system: ({ eventStream }) => {
      const publish = eventStream.publishEvent;
      const twice = oneIn(20);
      eventStream.publishEvent = (envelope) => {
        publish(envelope);
        if (twice()) publish(envelope);
      };
    },
  }),

  "an event is not published": () => ({
    system: ({ eventStream }) => {
      const publish = eventStream.publishEvent;
      const lost = oneIn(20);
      eventStream.publishEvent = (envelope) => {
        if (!lost()) publish(envelope);
      };
    },
  }),

  "events are published out of order": () => ({
    system: ({ eventStream }) => {
      const publish = eventStream.publishEvent;
      const late = oneIn(20);
      eventStream.publishEvent = (envelope) => {
        if (late()) void Promise.resolve().then(() => Promise.resolve().then(() => publish(envelope)));
        else publish(envelope);
      };
    },
  }),
};

/** Swallows the answer of a full mailbox. */
function withoutOverflow(reply: ReplyAddress): ReplyAddress {
  return {
    resolve: (value) => reply.resolve(value),
    reject: (error) => {
      if (!(error instanceof MailboxOverflowError)) reply.reject(error);
    },
  };
}

async function appendOneByOne(journal: Journal, request: AppendRequest): Promise<number> {
  const { sequenceNr } = request;
  const offsets = request.events.map((event, index) =>
    journal.append({
      ...request,
      sequenceNr: sequenceNr + index,
      expectedSequenceNr: index === 0 ? request.expectedSequenceNr : sequenceNr + index - 1,
      events: [event],
    }),
  );
  await Promise.allSettled(offsets);
  await Promise.all(offsets);
  return offsets[0] ?? 0;
}

async function* withoutLast<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<readonly T[]> {
  let held: T | undefined;
  for await (const batch of batches) {
    const all = held === undefined ? [...batch] : [held, ...batch];
    held = all.pop();
    yield all;
  }
}
