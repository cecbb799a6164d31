/** The way of a log's head to the root of the epoch log: what anchors and cosignatures of that root both prove. */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import type { EvidenceEpoch } from '../evidence/evidence-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseTaken } from './epoch-changes.js';
import type { EpochHistory } from './epoch-history.js';
import type { EpochPath } from './epoch-paths.js';

export interface HeadInEpoch {
  /** Head statement. */
  readonly head: Uint8Array;
  /** Handles, hex. */
  readonly log: string;
  readonly tenant: string;
  readonly path: HeadPath;
  readonly epoch: EvidenceEpoch;
}

/** Of a log that the epoch has a head of. */
export type HeadPath = Omit<EpochPath, 'taken'> & { readonly salt: Uint8Array };

/**
 * The head that the last epoch below a size of the epoch log has of a log; null where it has none, or says that
 * the log has ended.
 */
export async function headInEpoch(
  history: EpochHistory,
  epochSize: TreeSize,
  { origin, handle }: Pick<LogReader, 'origin' | 'handle'>,
): Promise<HeadInEpoch | null> {
  const { epochs } = history.log;
  const epoch = (epochSize - 1) as LeafIndex;
  const tenant = tenantOf(origin);
  const { taken, ...path } = await history.path(epoch, tenant, handle);
  if (taken === null || parseTaken(taken.statement).kind !== 'head') return null;
  const { statement } = await epochs.entry(epoch);
  return {
    head: taken.statement,
    log: handle,
    tenant,
    path: { ...path, salt: taken.salt },
    epoch: {
      inclusion: await epochs.inclusionProof(epoch, epochSize),
      size: epochSize,
      statement,
    },
  };
}

/** Handle, hex: the second part of an origin. */
function tenantOf(origin: string): string {
  return origin.split('/')[1] ?? '';
}
