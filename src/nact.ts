/** The door `rekindle/nact`: nact's own persistent actors and queries on the storages of this library. */
export type { PersistedEvents } from "./nact/persisted-events.ts";
export type { NactPersistenceEngine } from "./nact/persistence-engine.ts";
export { persistenceEngine } from "./nact/persistence-engine.ts";
export type { PersistenceEngineOptions } from "./nact/stream-identity.ts";
