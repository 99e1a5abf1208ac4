/** Divides streams among slices, the same way for ever: what a slice has stored depends on it. */
import { recordChecksum } from "../codec/checksum.ts";

/** The slice of a stream, from 0. */
export function sliceOf(persistenceId: string, slices: number): number {
  return slices === 1 ? 0 : recordChecksum(persistenceId, "") % slices;
}
