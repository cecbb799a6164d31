/** What a witness says of a log in a list of all. */
import type { Sha256Digest, TreeSize, UnixMillis } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';
import { formatVerifierKey } from '../tlog/note-key.js';
import type { LogWitness } from './log-witness.js';

export interface LogSummary {
  readonly origin: string;
  readonly originHash: HexDigest;
  readonly verifierKeys: readonly string[];
  /** Null while nothing was cosigned. */
  readonly newest: {
    readonly size: TreeSize;
    readonly rootHash: Sha256Digest;
    readonly at: UnixMillis;
  } | null;
  readonly splitViews: number;
}

export function summaryOf({ log, seen: { newest, splitViewCount } }: LogWitness): LogSummary {
  const { origin, originHash, keys } = log;
  return {
    ...{ origin, originHash, verifierKeys: keys.map(formatVerifierKey), newest },
    splitViews: splitViewCount,
  };
}
