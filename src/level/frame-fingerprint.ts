/** A digest over the frames of one stream in their order, to compare what commits say with what is there. */
import { hash } from "node:crypto";

/** How many frames are taken together; hashing few bytes costs as much as hashing many. */
const framesPerStep = 16;

/** What identifies one frame of a stream. */
export interface FrameIdentity {
  readonly first: number;
  readonly ordinal: number;
  readonly checksum: number;
  readonly digest: string;
}

/** Constant in size. */
export class FrameFingerprint {
  #digest = "";
  #pending = "";
  #frames = 0;

  add({ first, ordinal, checksum, digest }: FrameIdentity): void {
    this.#pending += `${first},${ordinal},${checksum},${digest};`;
    if (++this.#frames % framesPerStep === 0) this.#fold();
  }

  /** Equal for equal frames in equal order. */
  get value(): string {
    this.#fold();
    return `${this.#frames}:${this.#digest}`;
  }

  #fold(): void {
    if (this.#pending === "") return;
    this.#digest = hash("sha256", this.#digest + this.#pending);
    this.#pending = "";
  }
}
