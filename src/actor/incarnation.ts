/** One life of an actor between two restarts: what the cell asks of a plain actor or of an entity. */
import type { Envelope } from "./envelope.ts";

/** Why an incarnation ends. */
export type EndReason = "stopped" | "killed" | "restarting";

/** The cell calls these in turn, never two at a time. */
export interface Incarnation {
  /** Before the first message. A promise holds all messages back; throwing or rejecting is a failure. */
  start(): void | Promise<void>;

  /** Takes one message. A promise holds the next one back; throwing or rejecting is a failure. */
  receive(envelope: Envelope): void | Promise<void>;

  /** After the last message of a turn, and before a message is awaited. */
  endTurn(): void;

  /** Before each message: a promise when none should be taken for now. Throws what has failed since the last message. */
  admit(): Promise<void> | undefined;

  /** True when the present turn has led to so much that it should end, so that what it led to gets under way. */
  readonly sated: boolean;

  /** True when the incarnation has asked to be stopped after what came before. */
  readonly stopping: boolean;

  /** True when nothing is under way that a stop would cut short. */
  readonly idle: boolean;

  /** Resolves when everything that was under way has settled. Must not reject. */
  settle(): Promise<void>;

  /** The incarnation is over: settle whoever still waits for it, release everything. Must not throw. */
  end(reason: EndReason, error?: unknown): void;
}
