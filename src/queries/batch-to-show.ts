/** Which batch a file of evidence shows, and which signatures of it (docs/decisions/0027-batch-seals.md). */
import type { LeafIndex } from '../base/brand.js';
import type { LogReader } from '../ledger/log-reader.js';
import { batchOf } from './batches.js';
import {
  shownVersions,
  type SignatureChain,
  signaturesUnder,
  type SignedEntry,
} from './signature-chains.js';

export interface BatchToShow extends SignedEntry {
  readonly signatures: readonly LeafIndex[];
}

/** More would hardly be read, and must not crowd out what the file is about: it has 64 MiB. */
const MAX_BATCH_SIGNATURES = 16;
const MAX_BATCH_VERSIONS = 32;

/** The first signed batch that covers the entry, and all before it. */
export async function batchToShow(
  reader: LogReader,
  index: LeafIndex,
): Promise<BatchToShow | null> {
  const batch = await batchOf(reader, index);
  if (batch === null) return null;
  // Those attached first: what comes later, however much, crowds out no seal.
  const chains = (await signaturesUnder(reader, batch)).slice(0, MAX_BATCH_SIGNATURES);
  const signatures = shownIndexes(chains).slice(0, MAX_BATCH_VERSIONS);
  return { index: batch.index, leafHash: batch.leafHash, signatures };
}

/** Of each signature the newest version, and each that is countersigned, in the order of the log. */
export function shownIndexes(chains: readonly SignatureChain[]): LeafIndex[] {
  return chains
    .flatMap(shownVersions)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}
