/** Every workload by name, with what it is told. */
import type { Figures } from "./figures.ts";
import { type DurableCommands, durableCommands } from "./workloads/durable-commands.ts";
import { type RawWrites, rawWrites } from "./workloads/raw-writes.ts";

interface ParametersOf {
  durableCommands: DurableCommands;
  rawWrites: RawWrites;
}

type Name = keyof ParametersOf;

const workloads: { readonly [N in Name]: (parameters: ParametersOf[N], folder: string) => Promise<Figures> } = {
  durableCommands,
  rawWrites,
};

/** One measurement: a workload and what it is told. It runs in a process of its own. */
export type Trial<N extends Name = Name> = {
  [K in N]: { readonly workload: K; readonly parameters: ParametersOf[K] };
}[N];

export function runWorkload<N extends Name>({ workload, parameters }: Trial<N>, folder: string): Promise<Figures> {
  return workloads[workload](parameters, folder);
}
