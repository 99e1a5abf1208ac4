/** Actor systems for one test each: whatever a test leaves running is terminated after it. */
import { ActorSystem, type ActorSystemOptions } from "rekindle";
import { ManualClock } from "rekindle/testkit";

const terminateGraceMs = 100;

/** To be called inside a `describe`; gives the function that starts a system. */
export function systems(): (options?: ActorSystemOptions, name?: string) => Promise<ActorSystem> {
  const running: ActorSystem[] = [];
  afterEach(async () => {
    for (const system of running.splice(0)) {
      const terminated = system.terminate();
      if (system.clock instanceof ManualClock) system.clock.advance(terminateGraceMs);
      await terminated;
    }
  });
  return async (options = {}, name = "test") => {
    const system = await ActorSystem.create(name, { terminateGraceMs, ...options });
    running.push(system);
    return system;
  };
}
