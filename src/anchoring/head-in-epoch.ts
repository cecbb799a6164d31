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

/**
 * Which is the first of these sizes whose epoch has a head with the entry; their number if none has. Heads only
 * grow, so those that contain it are the later ones.
 *
 * @param sizes of the epoch log, ascending.
 */
export async function firstHolding(
  history: EpochHistory,
  sizes: readonly TreeSize[],
  reader: LogReader,
  index: LeafIndex,
): Promise<number> {
  let low = 0;
  let high = sizes.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await sizeAt(history, sizes[middle], reader)) > index) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of the head that the epoch log has of a log: of n entries it is that of the last of them. */
async function sizeAt(
  history: EpochHistory,
  epochSize: TreeSize | undefined,
  { handle }: LogReader,
): Promise<number> {
  if (epochSize === undefined) return 0;
  const taken = await history.takenAt(handle, epochSize - 1);
  const statement = taken && parseTaken(taken.statement);
  if (statement === null) return 0;
  // What it ever had is in the epochs before the one that says that it ended.
  return statement.kind === 'head' ? statement.size : Infinity;
}

/** Handle, hex: the second part of an origin. */
function tenantOf(origin: string): string {
  return origin.split('/')[1] ?? '';
}
