/** `rekindle state`: the state of an entity at a moment, folded by the user's own definition. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ActorSystem, type EventSourcedDefinition, type PastMoment } from "../index.ts";
import { assertStore, levelStorage } from "../level.ts";
import type { CommandOptions } from "./command-options.ts";
import { exitStatus, MisuseError } from "./exit-status.ts";
import type { Output } from "./output.ts";

type Definition = EventSourcedDefinition<unknown, unknown, unknown>;

export async function state(
  output: Output,
  [location = "", entityType = "", entityId = ""]: readonly string[],
  { at, module }: CommandOptions,
): Promise<number> {
  const moment = momentOf(at);
  if (module === undefined) throw new MisuseError("state takes --module, the file that exports the definition");
  const definition = await definitionIn(module, entityType);
  await assertStore(location);
  const problem = (message: unknown): void => output.problem(`rekindle: ${String(message)}`);
  const ignore = (): void => {};
  const log = { debug: ignore, info: ignore, warn: problem, error: problem };
  const system = await ActorSystem.create("rekindle", { storage: levelStorage(location), log });
  try {
    const { state: found, sequenceNr } = await system.readJournal.stateAt(definition, entityId, moment);
    await output.line(JSON.stringify({ sequenceNr, state: found }));
  } finally {
    await system.terminate();
  }
  return exitStatus.ok;
}

/** @throws MisuseError when it is neither a sequence number nor a time */
function momentOf(at: string | undefined): PastMoment {
  if (at === undefined) return {};
  if (/^\d{1,15}$/.test(at)) return { sequenceNr: Number(at) };
  const timestamp = /^\d{4}-\d{2}-\d{2}/.test(at) ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(timestamp)) throw new MisuseError(`--at takes a sequence number or an ISO time, not ${at}`);
  return { timestamp };
}

/** @throws Error when the module cannot be loaded, or exports no definition of the type */
async function definitionIn(module: string, entityType: string): Promise<Definition> {
  const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(resolve(module)).href);
  const definitions = Object.values(exported).filter(isDefinition);
  const definition = definitions.find((candidate) => candidate.entityType === entityType);
  if (definition) return definition;
  const found = definitions.map((candidate) => candidate.entityType).join(", ") || "none";
  throw new Error(`${module} exports no definition of entity type ${entityType}; it has ${found}`);
}

function isDefinition(exported: unknown): exported is Definition {
  return typeof exported === "object" && exported !== null && "kind" in exported && exported.kind === "event-sourced";
}
