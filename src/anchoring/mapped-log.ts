/** What the map of a tenant has of one log, and what the next head of that log is held against. */
import type { Sha256Digest } from '../base/brand.js';
import { headValueOf } from '../evidence/epoch-map.js';
import { type EpochChange, parseTaken } from './epoch-changes.js';

export interface MappedLog {
  /** Handle, hex. */
  readonly log: string;
  /** In the map. */
  readonly value: Sha256Digest;
  readonly originHash: Sha256Digest;
  readonly head: TakenHead;
}

/** The head that was last taken of a log. */
export interface TakenHead {
  /** Of the tree; 0 if the log ended before any was taken. */
  readonly size: number;
  readonly rootHash: Sha256Digest;
  /** Whether the log has ended since. */
  readonly hasEnded: boolean;
}

/** Of a log that nothing was taken of. */
export const NO_HEAD: TakenHead = {
  size: 0,
  rootHash: new Uint8Array(32) as Sha256Digest,
  hasEnded: false,
};

/** @param salt of the epoch that takes the statement. @param before what was taken last. */
export function mappedLog(
  { log, statement }: EpochChange,
  salt: Uint8Array,
  before: TakenHead | null,
): MappedLog {
  const taken = parseTaken(statement);
  const value = headValueOf(salt, statement);
  const { originHash } = taken;
  const head =
    taken.kind === 'closing'
      ? { ...(before ?? NO_HEAD), hasEnded: true }
      : { size: taken.size, rootHash: taken.rootHash, hasEnded: false };
  return { log, value, originHash, head };
}
