/** How much longer than bare Node a process takes until it has loaded its library and opened an empty store. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Figures } from "../figures.ts";
import { median } from "../measure.ts";

export interface Start {
  readonly program: "rekindle" | "sqlite";
  /** Of each, in turn. */
  readonly starts: number;
}

export async function start({ program, starts }: Start, folder: string): Promise<Figures> {
  const bare: number[] = [];
  const loaded: number[] = [];
  for (let n = 0; n < starts; n++) {
    bare.push(await msUntilReady("bare", folder));
    loaded.push(await msUntilReady(program, `${folder}-${n}`));
  }
  return { bareMs: median(bare), readyMs: median(loaded), overBareMs: median(loaded) - median(bare) };
}

async function msUntilReady(program: string, folder: string): Promise<number> {
  const file = fileURLToPath(new URL(`../starts/${program}.js`, import.meta.url));
  const begin = performance.now();
  const child = spawn(process.execPath, [file, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  await once(child.stdout, "data");
  const ms = performance.now() - begin;
  const [code] = await closed;
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return ms;
}
