/** Durable commands: one hot entity, a thousand of them, one after the other. */
import { writeBufferBytes } from "#src/level/level-storage-options.js";
import type { Subject } from "../subjects.ts";
import { byHand, everyRival, nact, sqliteGroup } from "./rivals.ts";
import {
  cpuTime,
  medianLatency,
  ours,
  type Row,
  type RowSubject,
  ratePerSecond,
  type Target,
  tailLatency,
  times,
} from "./row.ts";
import { budgetOf, type Scale } from "./scale.ts";

const rawBatches = "raw LevelDB";
const rawSpread = "raw LevelDB, keys as ours";
const rawBuffered = "raw LevelDB, buffer as ours";
const rawPuts = "raw synced puts";

const batch = 1_000;
const warmUpCommands = 100_000;
const hotCommands = 400_000;
export const spreadCommands = 300_000;
const sequentialCommands = 5_000;
export const manyCarts = 1_000;

/** How commands come. */
export interface Shape {
  readonly carts: number;
  readonly inFlight: number;
  readonly commands: number;
}

export function durable(scale: Scale, subject: Subject, { carts, inFlight, commands }: Shape): RowSubject {
  const parameters = { subject, carts, inFlight, budget: budgetOf(scale, commands, warmUpCommands) };
  return {
    name: subject,
    role: subject === ours ? "ours" : "rival",
    trial: { workload: "durableCommands", parameters },
  };
}

/** The same with a setting of Node that anybody may choose: what is under way survives fewer collections. */
function moreYoung(subject: RowSubject): RowSubject {
  const flag = "--max-semi-space-size=64";
  return { ...subject, name: `${subject.name}, node ${flag}`, environment: { NODE_OPTIONS: flag } };
}

function raw(
  scale: Scale,
  name: string,
  puts: number,
  carts: number,
  commands: number,
  writeBufferBytes?: number,
): RowSubject {
  const sized = writeBufferBytes === undefined ? {} : { writeBufferBytes };
  const parameters = { batch: puts, carts, budget: budgetOf(scale, commands, warmUpCommands), ...sized };
  return { name, role: "ceiling", trial: { workload: "rawWrites", parameters } };
}

/** Rows 1 to 4. */
export function durableRows(scale: Scale): Row[] {
  const row = (
    id: string,
    title: string,
    shape: Shape,
    ceilings: RowSubject[],
    rivals: readonly Subject[],
    targets: Target[],
  ): Row => ({
    id,
    title,
    columns: [ratePerSecond, cpuTime],
    subjects: [durable(scale, ours, shape), ...ceilings, ...rivals.map((rival) => durable(scale, rival, shape))],
    targets,
  });
  const hot = { carts: 1, commands: hotCommands };
  const spread = { carts: manyCarts, commands: spreadCommands };
  const ceiling = raw(scale, rawBatches, batch, 1, hotCommands);
  const buffered = raw(scale, rawBuffered, batch, 1, hotCommands, writeBufferBytes);
  const ceilings = [ceiling, raw(scale, rawSpread, batch, manyCarts, spreadCommands)];
  const spreadTargets = [times(2, sqliteGroup), times(0.7, byHand)];
  return [
    row(
      "1",
      "durable commands: 1 entity, 4,096 in flight",
      { ...hot, inFlight: 4_096 },
      [ceiling, buffered],
      [byHand, sqliteGroup, nact],
      [times(0.65, rawBatches), times(1.2, sqliteGroup), times(20, nact)],
    ),
    row("1b", "durable commands: 1 entity, 256 in flight", { ...hot, inFlight: 256 }, [ceiling], everyRival, [
      times(1, sqliteGroup),
      times(0.8, byHand),
    ]),
    row(
      "2",
      "durable commands: 1,000 entities, 4,096 in flight",
      { ...spread, inFlight: 4_096 },
      [...ceilings, moreYoung(durable(scale, ours, { ...spread, inFlight: 4_096 }))],
      [byHand, sqliteGroup],
      [times(0.5, rawBatches), ...spreadTargets],
    ),
    row(
      "2b",
      "durable commands: 1,000 entities, 256 in flight",
      { ...spread, inFlight: 256 },
      ceilings,
      everyRival,
      spreadTargets,
    ),
    sequentialRow(scale),
    latencyRow(scale),
  ];
}

function sequentialRow(scale: Scale): Row {
  const shape: Shape = { carts: 1, inFlight: 1, commands: sequentialCommands };
  return {
    id: "3",
    title: "durable commands: 1 entity, one after the other",
    columns: [ratePerSecond, medianLatency, tailLatency],
    subjects: [
      durable(scale, ours, shape),
      raw(scale, rawPuts, 1, 1, sequentialCommands),
      ...everyRival.map((rival) => durable(scale, rival, shape)),
    ],
    targets: [
      times(0.8, rawPuts),
      {
        text: "99 % within 3 × the median latency",
        of: { subject: ours, figure: tailLatency.figure },
        against: { subject: ours, figure: medianLatency.figure },
        atMost: 3,
      },
    ],
  };
}

function latencyRow(scale: Scale): Row {
  const inFlight = 256;
  const shape: Shape = { carts: manyCarts, inFlight, commands: spreadCommands };
  const batches = `raw batches of ${inFlight}`;
  return {
    id: "4",
    title: "latency: 1,000 entities, 256 in flight",
    columns: [medianLatency, tailLatency],
    subjects: [
      durable(scale, ours, shape),
      raw(scale, batches, inFlight, manyCarts, spreadCommands),
      durable(scale, byHand, shape),
      durable(scale, sqliteGroup, shape),
    ],
    targets: [
      {
        text: `99 % within 4 × the median of ${batches}`,
        of: { subject: ours, figure: tailLatency.figure },
        against: { subject: batches, figure: medianLatency.figure },
        atMost: 4,
      },
    ],
  };
}
