/** What every backend promises of its read models: the changes of a view and the place up to which it goes are stored in one. */
import type { EventRecord } from "./stored-event.ts";

/** One state of the entries of a view. A view has one, and a second one while it is being rebuilt. */
export interface ViewVersion {
  readonly name: string;
  /** From 1. */
  readonly generation: number;
}

/** How far one generation goes. */
export interface ViewGeneration {
  readonly generation: number;
  /** For each slice the offset up to which the events of its persistence ids are in the view; 0 is the beginning. */
  readonly offsets: readonly number[];
}

/** What is stored of a view beside its entries. */
export interface StoredView {
  readonly name: string;
  /** The generation that readers see. */
  readonly live: number;
  /** The live one, and the one that is being built, if any. */
  readonly generations: readonly ViewGeneration[];
}

/** An entry to put, or, without a text, to delete. */
export interface ViewChange {
  /** Well-formed text without NUL, not empty. */
  readonly key: string;
  /** JSON text. */
  readonly text?: string;
}

/** Events for the end of a stream, whatever its highest sequence number is then. */
export interface EmittedEvents {
  readonly persistenceId: string;
  readonly entityType: string;
  readonly entityId: string;
  /** At least one. */
  readonly events: readonly EventRecord[];
}

/** Where a slice of a generation stood, and stands after a commit. */
export interface ViewStep extends ViewVersion {
  readonly slice: number;
  /** Where the writer believes that it stands. */
  readonly expectedOffset: number;
  readonly offset: number;
}

/** All of it is stored, or nothing. */
export interface ViewCommit extends ViewStep {
  readonly changes: readonly ViewChange[];
  /** Only for a store that {@link ViewStore.takesEvents}. */
  readonly events?: readonly EmittedEvents[];
}

/** Which entries, by the order of the UTF-8 bytes of their keys. */
export interface ViewRange {
  readonly gte?: string | undefined;
  readonly gt?: string | undefined;
  readonly lte?: string | undefined;
  readonly lt?: string | undefined;
  /** Default false: the lowest key first. */
  readonly reverse?: boolean | undefined;
  /** Default: all. */
  readonly limit?: number | undefined;
}

/** Key and value, parsed from JSON. */
export type ViewEntry = readonly [key: string, value: unknown];

/** A place for read models. */
export interface ViewStore {
  /** Names the backend and the place in messages. */
  readonly description: string;
  /** Whether events can be stored in the same commit. */
  readonly takesEvents: boolean;

  /** All views, by name. */
  list(): Promise<readonly StoredView[]>;

  find(name: string): Promise<StoredView | undefined>;

  /**
   * Begins an empty generation. The first of a view is live; a later one is built beside it, and replaces one that was being built.
   *
   * @param offsets where each slice begins
   */
  begin(name: string, offsets: readonly number[]): Promise<StoredView>;

  /** Divides a generation into other slices. Whoever calls it has seen to it that all stood at the same offset. */
  layOut(version: ViewVersion, offsets: readonly number[]): Promise<void>;

  /**
   * Stores changes and place, all or nothing, and resolves when they are durable, with the offset of the first event of each
   * emission.
   *
   * @throws ViewConflictError when the slice does not stand at `expectedOffset`; nothing is stored
   */
  commit(commit: ViewCommit): Promise<readonly number[]>;

  /** The value of a key; undefined when there is none. Sees every commit that has resolved. */
  get(version: ViewVersion, key: string): Promise<unknown>;

  /** The entries of a range, in batches of bounded size. What is stored meanwhile may be seen, or not. */
  entries(version: ViewVersion, range?: ViewRange): AsyncIterable<readonly ViewEntry[]>;

  /** Makes a generation the live one and removes the one that was. */
  switchTo(version: ViewVersion): Promise<void>;

  /** Removes a view, or one generation of it that is not live. */
  drop(name: string, generation?: number): Promise<void>;
}

/** A database in which handlers write tables of their own: the part of better-sqlite3's interface that is used. */
export interface SqlDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqlStatement;
}

/** A prepared statement. */
export interface SqlStatement {
  run(...parameters: unknown[]): { readonly changes: number | bigint };
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
}

/** What a handler writes to. Everything that it does is stored with the place of the projection, or not at all. */
export interface SqlTransaction {
  readonly db: SqlDatabase;
  /** The name, quoted, under which the present generation has a table or an index of this name. Live tables have the name itself. */
  table(name: string): string;
  /** Runs a statement, which stays prepared. Returns how many rows it changed. */
  run(sql: string, ...parameters: readonly unknown[]): number;
  /** The first row; undefined when there is none. */
  get(sql: string, ...parameters: readonly unknown[]): unknown;
  all(sql: string, ...parameters: readonly unknown[]): readonly unknown[];
}

/** A store of tables. */
export interface SqlViewStore extends ViewStore {
  /** Like {@link ViewStore.begin}, with the tables that `schema` makes. */
  beginTables(name: string, offsets: readonly number[], schema: (sql: SqlTransaction) => void): Promise<StoredView>;

  /**
   * Runs `work` in a transaction and stores the place with it. What `work` gives is the place, should it be another one.
   *
   * @throws ViewConflictError like {@link ViewStore.commit}, and whatever `work` throws; nothing is stored then
   */
  transact(step: ViewStep, work: (sql: SqlTransaction) => number): Promise<void>;
}
