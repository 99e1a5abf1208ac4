/** Whatever is declared: step by step is the same as all at once, and where one stops on the way makes no difference. */
import { expect } from "chai";
import fc from "fast-check";
import { eventAt } from "rekindle";
import type { EventDeclaration } from "#src/codec/event-declaration.js";
import { EventTypes } from "#src/codec/event-types.js";
import type { VersionedEvent } from "#src/codec/upcasting.js";

/** What a step gives: type and version of each event, as numbers; see {@link declarationsOf}. */
interface Result {
  readonly type: number;
  readonly version: number;
  /** The version is named although it would follow by itself. */
  readonly named: boolean;
}

/** For every type, the results of the step from each of its versions; a last step retires the type. */
interface Plan {
  readonly steps: readonly (readonly (readonly Result[])[])[];
  readonly retired: readonly boolean[];
}

interface Traced {
  readonly type: string;
  /** The steps that it has taken. */
  readonly way: readonly string[];
}

const name = (type: number): string => `T${type}`;

/** Types lead only to later types, so every way ends; the last type is never retired. */
const plans: fc.Arbitrary<Plan> = fc
  .array(fc.record({ versions: fc.integer({ min: 1, max: 4 }), retired: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .chain((types) => {
    const last = types.length - 1;
    const retired = types.map((type, index) => type.retired && index < last);
    const versionsOf = (type: number): number => types[type]?.versions ?? 1;
    const resultsOf = (type: number, from: number): fc.Arbitrary<readonly Result[]> => {
      const targets: fc.Arbitrary<Result>[] = [];
      const to = (target: number, min: number): void => {
        const version = fc.integer({ min, max: versionsOf(target) });
        targets.push(fc.record({ type: fc.constant(target), version, named: fc.boolean() }));
      };
      if (from < versionsOf(type)) to(type, from + 1);
      for (let later = type + 1; later <= last; later++) to(later, 1);
      return fc.array(fc.oneof(...targets), { maxLength: 3 });
    };
    const steps = types.map(({ versions }, type) => {
      const count = retired[type] ? versions : versions - 1;
      return fc.tuple(...Array.from({ length: count }, (_, index) => resultsOf(type, index + 1)));
    });
    return fc.tuple(...steps).map((steps) => ({ steps, retired }));
  });

/** What a step does, in the plainest words. */
function take(
  event: Traced,
  from: number,
  results: readonly Result[],
): (VersionedEvent & { readonly event: Traced })[] {
  return results.map(({ type, version }, place) => {
    const way = [...event.way, `${event.type} ${from} #${place}`];
    return { type: name(type), version, event: { type: name(type), way } };
  });
}

/** The plan as a user declares it: one event alone or in a list, nothing as undefined, the version named only where it must be. */
function declarationsOf({ steps, retired }: Plan): Record<string, EventDeclaration> {
  const declared = steps.map((stepsOfType, type): [string, EventDeclaration] => {
    const upcasters = stepsOfType.map((results, index) => (event: unknown): unknown => {
      const given = take(event as Traced, index + 1, results).map((result, place) => {
        const { named, ...to } = results[place] ?? { named: true, type, version: 0 };
        const follows = to.version === (to.type === type ? index + 2 : 1);
        return named || !follows ? eventAt(result.version, result.event) : result.event;
      });
      if (given.length === 0) return index % 2 === 0 ? [] : undefined;
      return given.length === 1 ? given[0] : given;
    });
    const last = retired[type] ? upcasters.pop() : undefined;
    const version = upcasters.length + 1;
    const numbered = Object.fromEntries(upcasters.map((upcaster, index) => [index + 1, upcaster]));
    return [name(type), { version, upcasters: numbered, ...(last && { retired: last }) }];
  });
  return Object.fromEntries(declared);
}

/** The composition of all steps, written down as such. */
function compose({ steps }: Plan, event: VersionedEvent & { readonly event: Traced }): VersionedEvent[] {
  const results = steps[Number(event.type.slice(1))]?.[event.version - 1];
  if (!results) return [event];
  return take(event.event, event.version, results).flatMap((next) => compose({ steps, retired: [] }, next));
}

function stored({ type, version, event }: VersionedEvent) {
  return { persistenceId: "p", sequenceNr: 1, type, version, payload: event };
}

/** Every version of every type, once. */
function everyEvent({ steps, retired }: Plan): (VersionedEvent & { readonly event: Traced })[] {
  return steps.flatMap((stepsOfType, type) => {
    const versions = retired[type] ? stepsOfType.length : stepsOfType.length + 1;
    const event = { type: name(type), way: [] };
    return Array.from({ length: versions }, (_, index) => ({ type: name(type), version: index + 1, event }));
  });
}

describe("upcasting, whatever is declared", () => {
  it("gives what the composition of all steps gives, in its order", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const types = new EventTypes(declarationsOf(plan), "any");
        for (const event of everyEvent(plan)) expect(types.upcast(stored(event))).to.deep.equal(compose(plan, event));
      }),
      { numRuns: 150 },
    );
  });

  it("gives the same when it is stopped at any version on the way and goes on from there later", () => {
    fc.assert(
      fc.property(plans, fc.nat(), (plan, seed) => {
        const declarations = declarationsOf(plan);
        const types = new EventTypes(declarations, "any");
        // An earlier release, in which one of the types ended with an earlier version.
        const entries = Object.entries(declarations);
        const [type, { version = 1, upcasters = {} }] = entries[seed % entries.length] ?? ["", {}];
        const stop = 1 + (seed % version);
        const kept = Object.fromEntries(Object.entries(upcasters).slice(0, stop - 1));
        const earlier = { ...declarations, [type]: { version: stop, upcasters: kept } };
        const stopped = (event: VersionedEvent): VersionedEvent[] => {
          try {
            return [...new EventTypes(earlier, "any").upcast(stored(event))];
          } catch {
            // A step that skips the version where it should stop was not there at that time.
            return [event];
          }
        };
        for (const event of everyEvent(plan)) {
          const later = stopped(event).flatMap((half) => types.upcast(stored(half)));
          expect(later).to.deep.equal(types.upcast(stored(event)));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("leaves an event of today alone: once brought up to date, it stays so", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const types = new EventTypes(declarationsOf(plan), "any");
        const present = everyEvent(plan).flatMap((event) => types.upcast(stored(event)));
        for (const event of present) expect(types.upcast(stored(event))).to.deep.equal([event]);
      }),
      { numRuns: 100 },
    );
  });
});
