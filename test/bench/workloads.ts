/** Every workload by name, with what it is told. */
import type { Figures } from "./figures.ts";
import { type Activation, activation } from "./workloads/activation.ts";
import { type CatchUp, catchUp } from "./workloads/catch-up.ts";
import { type DurableCommands, durableCommands } from "./workloads/durable-commands.ts";
import { type FilledStore, filledStore } from "./workloads/filled-store.ts";
import { type Growth, growth } from "./workloads/growth.ts";
import { type IdleEntities, idleEntities } from "./workloads/idle-entities.ts";
import { type LargeEvents, largeEvents } from "./workloads/large-events.ts";
import { type LiveDelivery, liveDelivery } from "./workloads/live-delivery.ts";
import { type LiveReaders, liveReaders } from "./workloads/live-readers.ts";
import { type Messaging, messaging } from "./workloads/messaging.ts";
import { type Publishing, publishing } from "./workloads/publishing.ts";
import { type RawStore, rawFilledStore, rawReads } from "./workloads/raw-reads.ts";
import { type RawWrites, rawWrites } from "./workloads/raw-writes.ts";
import { recovery } from "./workloads/recovery.ts";
import { type ScrubbedStore, scrub, scrubbedStore } from "./workloads/scrub.ts";
import { type Start, start } from "./workloads/start.ts";
import { type Subscribers, subscribers } from "./workloads/subscribers.ts";

interface ParametersOf {
  activation: Activation;
  catchUp: CatchUp;
  durableCommands: DurableCommands;
  filledStore: FilledStore;
  growth: Growth;
  idleEntities: IdleEntities;
  largeEvents: LargeEvents;
  messaging: Messaging;
  publishing: Publishing;
  rawFilledStore: RawStore;
  rawReads: RawStore;
  liveDelivery: LiveDelivery;
  liveReaders: LiveReaders;
  rawWrites: RawWrites;
  recovery: FilledStore;
  scrub: ScrubbedStore;
  scrubbedStore: ScrubbedStore;
  start: Start;
  subscribers: Subscribers;
}

type Name = keyof ParametersOf;

const workloads: { readonly [N in Name]: (parameters: ParametersOf[N], folder: string) => Promise<Figures> } = {
  activation,
  catchUp,
  durableCommands,
  filledStore,
  growth,
  idleEntities,
  largeEvents,
  messaging,
  publishing,
  rawFilledStore,
  rawReads,
  liveDelivery,
  liveReaders,
  rawWrites,
  recovery,
  scrub,
  scrubbedStore,
  start,
  subscribers,
};

/** One measurement: a workload and what it is told. It runs in a process of its own. */
export type Trial<N extends Name = Name> = {
  [K in N]: { readonly workload: K; readonly parameters: ParametersOf[K] };
}[N];

export function runWorkload<N extends Name>({ workload, parameters }: Trial<N>, folder: string): Promise<Figures> {
  return workloads[workload](parameters, folder);
}
