/** A digest over the frames of one stream in their order, to compare what commits say with what is there. */
import { hash } from "node:crypto";

/** How many frames are taken together: hashing few bytes costs as much as hashing many, but what waits does so for every stream, in pieces. */
const framesPerStep = 4;

/** Constant in size. */
export class FrameFingerprint {
  #digest = "";
  #pending = "";
  /** Of ordinals and checksums: the digests hold the texts fast, so here only slips have to show. */
  #sum = 0;
  #frames = 0;

  /**
   * @param first its first sequence number, as it stands in keys
   * @param digest of its text
   */
  add(first: string, ordinal: number, checksum: number, digest: string): void {
    this.#pending += first + digest;
    this.#sum = (Math.imul(this.#sum, 31) + ordinal) | 0;
    this.#sum = (Math.imul(this.#sum, 31) + checksum) | 0;
    if (++this.#frames % framesPerStep === 0) this.#fold();
  }

  /** Equal for equal frames in equal order. */
  get value(): string {
    this.#fold();
    return `${this.#frames}:${this.#sum}:${this.#digest}`;
  }

  #fold(): void {
    if (this.#pending === "") return;
    this.#digest = hash("sha256", this.#digest + this.#pending);
    this.#pending = "";
  }
}
