/** Compares the tag index with the events that have tags: per tag, what is expected and what is there, in any order. */
import { recordChecksum } from "../../codec/checksum.ts";
import { indexPlace, type TagEntry } from "../commit/untag-events.ts";
import type { ScrubFindings } from "./scrub-findings.ts";

/** The entries of one tag: how many more are expected than there, and the sums of their checksums likewise. */
interface Tally {
  entries: number;
  sum: number;
}

/** Constant in size for each tag. */
export class TagTally {
  readonly #tags = new Map<string, Tally>();

  /** An event has this tag. */
  expect(tag: string, entry: TagEntry): void {
    this.#count(tag, entry, 1);
  }

  /** The index has this entry. */
  see(tag: string, entry: TagEntry): void {
    this.#count(tag, entry, -1);
  }

  /** Says of each tag whether its index is that of the events. */
  judge(findings: ScrubFindings): void {
    for (const [tag, { entries, sum }] of this.#tags) {
      if (entries > 0) findings.add(indexPlace(tag), `${entries} of the events with this tag are not in it`);
      else if (entries < 0) findings.add(indexPlace(tag), `it has ${-entries} entries too many`);
      else if (sum !== 0) findings.add(indexPlace(tag), "its entries are not those of the events");
    }
  }

  #count(tag: string, entry: TagEntry, sign: 1 | -1): void {
    const tally = this.#tags.get(tag) ?? { entries: 0, sum: 0 };
    this.#tags.set(tag, tally);
    tally.entries += sign;
    tally.sum += sign * recordChecksum(tag, JSON.stringify(entry));
  }
}
