/** Proofs of a ledger's tree (RFC 6962 §2.1.1 and §2.1.2), in hex, with the roots they lead to. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export interface InclusionAnswer {
  readonly index: LeafIndex;
  readonly size: TreeSize;
  readonly leafHash: string;
  readonly rootHash: string;
  readonly proof: readonly string[];
}

export interface ConsistencyAnswer {
  readonly from: TreeSize;
  readonly to: TreeSize;
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly proof: readonly string[];
}

/** @throws LedgerError LEDGER_SIZE_UNKNOWN unless index < size ≤ the head's. */
export async function proveInclusion(
  { ledger: { reader } }: LedgerLogs,
  index: LeafIndex,
  size: TreeSize,
): Promise<InclusionAnswer> {
  const proof = await reader.inclusionProof(index, size);
  const { leafHash } = await reader.entry(index);
  const rootHash = toHex(await reader.rootAt(size));
  return { index, size, leafHash: toHex(leafHash), rootHash, proof: proof.map(toHex) };
}

/** @throws LedgerError LEDGER_SIZE_UNKNOWN unless 0 < from ≤ to ≤ the head's. */
export async function proveConsistency(
  { ledger: { reader } }: LedgerLogs,
  from: TreeSize,
  to: TreeSize,
): Promise<ConsistencyAnswer> {
  if (from > to) throw new LedgerError('LEDGER_SIZE_UNKNOWN', 'from must be at most to');
  const proof = await reader.consistencyProof(from, to);
  return {
    from,
    to,
    fromRoot: toHex(await reader.rootAt(from)),
    toRoot: toHex(await reader.rootAt(to)),
    proof: proof.map(toHex),
  };
}
