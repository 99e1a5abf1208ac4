/** The contract of a storage as a test suite: whoever passes it can be given to an actor system. */
import type { Storage } from "../storage/storage.ts";
import { appendSuite } from "./append-suite.ts";
import { followSuite } from "./follow-suite.ts";
import { globalOrderSuite } from "./global-order-suite.ts";
import { idsSuite } from "./ids-suite.ts";
import { journalSuite } from "./journal-suite.ts";
import { lifecycleSuite } from "./lifecycle-suite.ts";
import { maintenanceSuite } from "./maintenance-suite.ts";
import { globalRunner, type TestRunner } from "./runner.ts";
import { snapshotSuite } from "./snapshot-suite.ts";
import { StoreUnderTest } from "./store-under-test.ts";
import { tagSuite } from "./tag-suite.ts";
import { untouchedSuite } from "./untouched-suite.ts";
import { volumeSuite } from "./volume-suite.ts";

/** What a storage can do, and what the suites need from it. */
export interface StorageCapabilities {
  /** Whether the same Storage object, opened again, finds what was stored before it was closed. Default true. */
  readonly survivesReopen?: boolean;
  /** Whether a second open is refused while the store is open. Default true; false for a server that many processes share. */
  readonly exclusive?: boolean;
  /** The size of the largest snapshot that is tried, in bytes. Default 10,000, as in Akka's own suite. */
  readonly snapshotBytes?: number;
  /** Called after each case, when the store is closed, to remove what it left behind. Default: nothing. */
  readonly remove?: (storage: Storage) => void | Promise<void>;
  /** Default: the global functions of the runner that is running. */
  readonly runner?: TestRunner;
}

/**
 * Defines one suite `name` with a case for every promise of the storage ports.
 * The cases J1 to J22 and SN1 to SN13 carry the numbers they have in Akka's and Pekko's JournalSpec and SnapshotStoreSpec.
 * The slowest case appends 10,000 events one by one; where a commit is slow, raise the runner's time limit.
 *
 * @param openStorage gives a new, empty storage that is not open yet; called before each case
 * @throws TypeError when no runner is given and none is running
 */
export function storageTck(
  name: string,
  openStorage: () => Storage | Promise<Storage>,
  capabilities: StorageCapabilities = {},
): void {
  const {
    survivesReopen = true,
    exclusive = true,
    snapshotBytes = 10_000,
    remove,
    runner = globalRunner(),
  } = capabilities;
  const store = new StoreUnderTest(openStorage, remove);
  runner.describe(name, () => {
    runner.beforeEach(() => store.begin());
    runner.afterEach(() => store.end());
    journalSuite(runner, store);
    appendSuite(runner, store);
    globalOrderSuite(runner, store);
    tagSuite(runner, store);
    followSuite(runner, store);
    snapshotSuite(runner, store, snapshotBytes);
    idsSuite(runner, store);
    untouchedSuite(runner, store);
    maintenanceSuite(runner, store);
    volumeSuite(runner, store);
    lifecycleSuite(runner, store, { survivesReopen, exclusive });
  });
}
