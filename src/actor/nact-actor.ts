/** The one place where nact is adapted: a nact actor whose mailbox and turns are ours. */
import { createRequire } from "node:module";
import type { Ref } from "nact";
import { ActorStoppedError } from "../errors.ts";
import { pathOf } from "./actor-path.ts";
import type { ReplyAddress } from "./envelope.ts";

/** A reference that nact's own functions take. */
export type NactRef<M = unknown> = Ref<M>;

/** What this library uses of a live nact actor or actor system. */
interface NactNode {
  readonly reference: NactRef;
  children: Map<string, NactNode>;
  readonly system: NactNode & { readonly name: string };
  /** Undefined of a system, and of an actor that has stopped. */
  readonly parent?: NactNode;
  stop(): void;
}

/** What nact asks of a mailbox that it puts nothing into. */
interface NactMailbox {
  shift(): undefined;
  toArray(): readonly never[];
}

interface NactActorBase extends NactNode {
  mailbox: NactMailbox;
  childReferences: Map<string, NactRef>;
  initializeState(): void;
  childSpawned(child: NactNode): void;
  dispatch(message: unknown, sender?: unknown): void;
  /** Asks `onCrash`, and does what it says. */
  handleFault(message: unknown, sender: unknown, error: unknown): Promise<void>;
  reset(): void;
}

/** What nact hands to onCrash; the symbols are decisions. */
interface CrashContext {
  readonly stop: symbol;
  readonly reset: symbol;
}

/** What a nact reference is made of. */
interface NactActorReference extends NactRef<never> {
  readonly path: { createChildPath(name: string): unknown };
  readonly system: { readonly name: string };
}

type NactReferenceClass = new (systemName: string, parent: NactRef, path: unknown, name: string) => NactActorReference;

type NactActorClass = new (
  parent: NactNode,
  name: string,
  system: NactNode,
  receive: () => void,
  properties: {
    onCrash: (this: HostedActor, message: unknown, error: unknown, context: CrashContext) => Promise<symbol>;
  },
) => NactActorBase;

type SpawnStateless = (parent: NactRef, receive: () => void, name: string) => NactRef;

// nact exports no class, only functions over references; these files are the ground that those functions stand on. The rest of nact
// is for persistence and logs of its own, and is not loaded.
const require = createRequire(import.meta.url);
const { Actor, spawnStateless }: { Actor: NactActorClass; spawnStateless: SpawnStateless } =
  require("nact/lib/actor.js");
const { ActorReference }: { ActorReference: NactReferenceClass } = require("nact/lib/references.js");
const systems: { find(name: string, reference?: NactRef): NactNode | undefined } = require("nact/lib/system-map.js");
// Its type declaration says that a name is given as a string; that string is ignored.
const { start }: { start(options: { name: string }): NactRef<never> } = require("nact/lib/system.js");
const functions: { dispatch(to: NactRef, message: unknown, sender?: NactRef): void } = require("nact/lib/functions.js");

/** What a nact actor of ours drives, and is driven by. */
export interface NactHost {
  /** A new incarnation begins: at first, and after a restart. */
  begin(): void;
  /** A message that nact delivered; `sender` is whoever asked through nact, if anybody did. */
  deliver(message: unknown, sender: NactRef | undefined): void;
  /** Whether to restart after a crash; may take its time. Must not throw. */
  decide(error: unknown): Promise<"restart" | "stop">;
  /** nact has stopped the actor: the host asked for it, or nact's own `stop`, or its parent went. */
  stopped(): void;
}

/** nact never delivers to an actor of ours by itself. */
function nothing(): void {}

/** What nact calls when it was told of a crash. */
async function decide(this: HostedActor, _message: unknown, error: unknown, context: CrashContext): Promise<symbol> {
  return (await this.host.decide(error)) === "restart" ? context.reset : context.stop;
}

const noMessages: NactMailbox = { shift: () => undefined, toArray: () => [] };
const noChildren = new Map<string, never>();
const properties = { onCrash: decide };

/**
 * A nact actor that gives its place in the hierarchy, its life and its supervision; messages and turns are its host's. An empty
 * mailbox and two maps for children are most of what nact makes for an actor: ours share one of each until they have a child.
 */
class HostedActor extends Actor {
  readonly host: NactHost;

  constructor(parent: NactNode, name: string, host: NactHost) {
    super(parent, name, parent.system, nothing, properties);
    this.host = host;
    this.mailbox = noMessages;
    this.children = noChildren;
    this.childReferences = noChildren;
  }

  /** Called by nact in its constructor, too, when there is no host yet. */
  override initializeState(): void {
    if (this.host) this.host.begin();
  }

  override childSpawned(child: NactNode): void {
    if (this.children === noChildren) {
      this.children = new Map();
      this.childReferences = new Map();
    }
    super.childSpawned(child);
  }

  /** nact's dispatch and query end here. */
  override dispatch(message: unknown, sender?: unknown): void {
    this.host.deliver(message, isReference(sender) ? sender : undefined);
  }

  crashed(error: unknown): void {
    void this.handleFault(undefined, undefined, error);
  }

  override reset(): void {
    stopChildren(this);
    super.reset();
  }

  override stop(): void {
    stopChildren(this);
    super.stop();
    this.host.stopped();
  }
}

/** nact means to stop the children of what it stops, but looks them up by the actor instead of by its reference and finds none. */
function stopChildren(node: NactNode): void {
  for (const child of [...node.children.values()]) {
    stopChildren(child);
    child.stop();
  }
}

/** A handle on one nact actor that a host drives. */
export interface NactHandle {
  readonly reference: NactRef;
  /** A turn failed: nact's supervision asks {@link NactHost.decide}. */
  crashed(error: unknown): void;
  stop(): void;
}

/** Spawns a nact actor under `parent`. @throws ActorStoppedError when the parent has stopped, and nact's error when the name is in use */
export function spawnHosted(parent: NactRef, encodedName: string, host: NactHost): NactHandle {
  const node = liveNode(parent);
  const actor = new HostedActor(node, encodedName, host);
  for (let above: NactNode | undefined = node; above; above = above.parent) stopOursWith(above);
  return actor;
}

const stopsOurs = new WeakSet<NactNode>();

/** Makes the stop of an actor or a system of nact's stop the actors of ours that live anywhere below it: see {@link stopChildren}. */
function stopOursWith(node: NactNode): void {
  if (node instanceof HostedActor || stopsOurs.has(node)) return;
  stopsOurs.add(node);
  const stop = node.stop;
  node.stop = () => {
    for (const actor of oursBelow(node)) actor.stop();
    stop.call(node);
  };
}

function oursBelow(node: NactNode): HostedActor[] {
  return [...node.children.values()].flatMap((child) => (child instanceof HostedActor ? child : oursBelow(child)));
}

/** Whether `parent` has a live child of that name. */
export function hasChild(parent: NactRef, encodedName: string): boolean {
  return systems.find(systemName(parent), parent)?.children.has(encodedName) ?? false;
}

/** Whether nact would still deliver to `reference`. */
export function isLive(reference: NactRef): boolean {
  return systems.find(systemName(reference), reference) !== undefined;
}

/** Sends through nact; a message to an actor that has stopped vanishes, as it does in nact. */
export function dispatchToNact(to: NactRef, message: unknown, sender?: NactRef): void {
  functions.dispatch(to, message, sender);
}

/** nact knows no failed reply: an error reaches whoever asked through nact as the answer. */
export function replyThroughNact(sender: NactRef): ReplyAddress {
  let answered = false;
  const answer = (value: unknown): void => {
    if (answered) return;
    answered = true;
    dispatchToNact(sender, value);
  };
  return { resolve: answer, reject: answer };
}

/** A nact actor that only has children. */
export function spawnGuardian(parent: NactRef, encodedName: string): NactRef {
  liveNode(parent);
  return spawnStateless(parent, () => {}, encodedName);
}

/** Children that come into being when nact looks for them. */
class ActivatedChildren extends Map<string, NactNode> {
  readonly #activate: (encodedName: string) => void;

  constructor(activate: (encodedName: string) => void) {
    super();
    this.#activate = activate;
  }

  override get(encodedName: string): NactNode | undefined {
    const child = super.get(encodedName);
    if (child) return child;
    this.#activate(encodedName);
    return super.get(encodedName);
  }
}

/** A guardian whose children are spawned by `activate` when a message from nact is on its way to one that is not live. */
export function spawnActivatingGuardian(
  parent: NactRef,
  encodedName: string,
  activate: (encodedName: string) => void,
): NactRef {
  const reference = spawnGuardian(parent, encodedName);
  liveNode(reference).children = new ActivatedChildren(activate);
  return reference;
}

/** The reference that a child of that name has, or would have. */
export function childReference(parent: NactRef, encodedName: string): NactRef<never> {
  const { path, system } = parent as NactActorReference;
  return new ActorReference(system.name, parent, path.createChildPath(encodedName), encodedName);
}

/**
 * Starts a nact system under the first free name of `name~1`, `name~2` …: nact would let it take the place of a system of the same name,
 * and a later one of nact's own take its place.
 */
export function startNactSystem(encodedName: string): NactRef<never> {
  let number = 1;
  while (systems.find(`${encodedName}~${number}`) !== undefined) number++;
  return start({ name: `${encodedName}~${number}` });
}

/** Stops the system and everything in it, and lets nact forget its name. */
export function stopNactSystem(reference: NactRef): void {
  const system = systems.find(systemName(reference));
  if (!system) return;
  stopChildren(system);
  system.stop();
}

/** Whether a value is a reference of nact to what can have children: an actor, or a system. */
export function isParent(value: unknown): value is NactRef {
  if (typeof value !== "object" || value === null || !("type" in value) || !("system" in value)) return false;
  return value.type === "actor" || value.type === "system";
}

/** Whether a value is a reference of nact to an actor. */
export function isReference(value: unknown): value is NactRef {
  if (typeof value !== "object" || value === null || !("type" in value) || !("system" in value)) return false;
  return value.type === "actor" || value.type === "temp";
}

function liveNode(reference: NactRef): NactNode {
  const node = systems.find(systemName(reference), reference);
  if (!node) throw new ActorStoppedError(pathOf(reference), "it has stopped, and can have no children any more");
  return node;
}

function systemName(reference: NactRef): string {
  const system: unknown = "system" in reference ? reference.system : undefined;
  return typeof system === "object" && system !== null && "name" in system ? String(system.name) : "";
}
