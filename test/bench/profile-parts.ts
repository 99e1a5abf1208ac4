/** Whose time it was: adds up the self time of a CPU profile by part of the program and by function. */

/** What V8 writes; the parts of it that are used. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface Share {
  readonly name: string;
  readonly us: number;
}

export interface ProfileShares {
  readonly totalUs: number;
  /** In descending order, like the functions. */
  readonly parts: readonly Share[];
  readonly functions: readonly Share[];
}

interface Owner {
  readonly part: string;
  readonly name: string;
}

const special: ReadonlyMap<string, string> = new Map([
  ["(garbage collector)", "garbage collection"],
  ["(program)", "native code and the scheduler of V8"],
  ["(idle)", "waiting"],
]);

const partsOfUrls: readonly (readonly [pattern: RegExp, part: (match: RegExpExecArray) => string])[] = [
  [/^(?!.*\/node_modules\/).*\/dist\/(\w+)\/(?:\w+\/)?[^/]+$/, ([, room = ""]) => `rekindle: ${room}`],
  [/\/dist\/[^/]+$/, () => "rekindle: clock, errors"],
  [/\/node_modules\/nact\//, () => "nact"],
  [/\/node_modules\/(?:classic-level|abstract-level|level)\//, () => "classic-level, abstract-level"],
  [/\/bench\/bench-cart\.js$/, () => "the user's handlers"],
  [/\/bench\//, () => "the driver of the benchmark"],
  [/^node:inspector/, () => "the profiler itself"],
  [/^node:/, () => "Node"],
];

export function sharesOf({ nodes, samples, timeDeltas }: CpuProfile): ProfileShares {
  const owners = ownersOf(nodes);
  const parts = new Map<string, number>();
  const functions = new Map<string, number>();
  let totalUs = 0;
  for (const [index, id] of samples.entries()) {
    const us = timeDeltas[index] ?? 0;
    const { part, name } = owners.get(id) ?? { part: "unknown", name: "unknown" };
    totalUs += us;
    parts.set(part, (parts.get(part) ?? 0) + us);
    functions.set(name, (functions.get(name) ?? 0) + us);
  }
  return { totalUs, parts: descending(parts), functions: descending(functions) };
}

/** A builtin has no file of its own: its time belongs to the part that called it. */
function ownersOf(nodes: readonly ProfileNode[]): Map<number, Owner> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, Owner>();
  const visit = (node: ProfileNode, caller: Owner): void => {
    const owner = ownerOf(node, caller);
    owners.set(node.id, owner);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child) visit(child, owner);
    }
  };
  const [root] = nodes;
  if (root) visit(root, { part: "unknown", name: "" });
  return owners;
}

function ownerOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode, caller: Owner): Owner {
  const known = special.get(functionName);
  if (known !== undefined) return { part: known, name: known };
  const called = functionName === "" ? "(anonymous)" : functionName;
  if (url === "")
    return { part: caller.part, name: caller.name === "" ? called : `${called}, from ${lastOf(caller.name)}` };
  const file = url.replace(/^.*\/(?:dist|node_modules|\.build\/test)\//, "");
  for (const [pattern, part] of partsOfUrls) {
    const match = pattern.exec(url);
    if (match) return { part: part(match), name: `${file}:${lineNumber + 1} ${called}` };
  }
  return { part: "other packages", name: `${file}:${lineNumber + 1} ${called}` };
}

function lastOf(name: string): string {
  return name.split(", from ").at(-1) ?? name;
}

function descending(shares: ReadonlyMap<string, number>): Share[] {
  return [...shares].map(([name, us]) => ({ name, us })).sort((a, b) => b.us - a.us);
}
