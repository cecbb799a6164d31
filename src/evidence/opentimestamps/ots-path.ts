/**
 * A file out of a path that is known from end to end, as those of anchored entries are: from a digest,
 * step by step, to the Merkle root of a block.
 */
import { equalBytes } from '../../base/bytes.js';
import { type ChainName, CHAINS } from '../chains.js';
import type { OtsAttestation } from './attestations.js';
import type { OtsDigestName } from './digests.js';
import { unusable } from './errors.js';
import { MAX_DEPTH } from './limits.js';
import { applyOperation, type OtsOperation, resultBytes } from './operations.js';
import type { OtsFile, OtsTimestamp } from './ots-file.js';

export interface OtsPath {
  readonly hash: OtsDigestName;
  readonly digest: Uint8Array;
  /** At most 255. */
  readonly steps: readonly OtsOperation[];
  readonly block: {
    readonly chain: ChainName;
    readonly height: number;
    /** 32 bytes in internal order. */
    readonly merkleRoot: Uint8Array;
  };
}

/** @throws OpenTimestampsError OTS_PATH_UNUSABLE unless the steps are few enough and lead to the root. */
export function otsFileOfPath({ hash, digest, steps, block }: OtsPath): OtsFile {
  if (steps.length > MAX_DEPTH) throw unusable(`it has more than ${MAX_DEPTH} steps`);
  if (!equalBytes(steps.reduce(step, digest), block.merkleRoot))
    throw unusable('it does not lead to the block’s Merkle root');
  const top: OtsTimestamp = { attestations: attestationsOf(block), branches: [] };
  const timestamp = steps.reduceRight<OtsTimestamp>(
    (below, operation) => ({ attestations: [], branches: [{ operation, timestamp: below }] }),
    top,
  );
  return { hash, digest, timestamp };
}

function step(message: Uint8Array, operation: OtsOperation): Uint8Array {
  if (resultBytes(operation, message.length) === null)
    throw unusable('a message on it is longer than a file can say');
  return applyOperation(operation, message);
}

/** A stock reader looks for the block in Bitcoin's own chain, so another chain is named beside it. */
function attestationsOf({ chain, height }: OtsPath['block']): OtsAttestation[] {
  const bitcoin: OtsAttestation = { kind: 'bitcoin', height };
  return CHAINS[chain].network.development ? [bitcoin, { kind: 'development', chain }] : [bitcoin];
}
