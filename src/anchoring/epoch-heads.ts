/**
 * The head of a log that an epoch log of some size has, with its way to that root: what both an anchor and a
 * calendar's stamp say of an entry, whichever it is that carries the root into a chain.
 */
import type { LeafIndex, TreeSize } from '../base/brand.js';
import type { EvidenceEpoch } from '../evidence/evidence-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseTaken } from './epoch-changes.js';
import type { EpochHistory } from './epoch-history.js';
import type { EpochPath } from './epoch-paths.js';

export interface HeadInEpochs {
  /** Head statement. */
  readonly head: Uint8Array;
  /** Handles, hex. */
  readonly log: string;
  readonly tenant: string;
  readonly path: PathInEpochs;
  readonly epoch: EvidenceEpoch;
}

/** Of a log that the epoch has a head of. */
export type PathInEpochs = Omit<EpochPath, 'taken'> & { readonly salt: Uint8Array };

export interface EpochHeadParts {
  readonly history: EpochHistory;
  readonly epochs: LogReader;
}

/**
 * Of the last epoch of the log of that size; null where it has no head of this log.
 *
 * @throws AnchoringError EPOCH_HEADS_DAMAGED; LedgerError LEDGER_ENTRY_UNKNOWN where the epoch log is shorter.
 */
export async function headInEpochs(
  { history, epochs }: EpochHeadParts,
  epochSize: TreeSize,
  reader: LogReader,
): Promise<HeadInEpochs | null> {
  const epoch = (epochSize - 1) as LeafIndex;
  const tenant = tenantOf(reader.origin);
  const { taken, ...path } = await history.path(epoch, tenant, reader.handle);
  if (taken === null || parseTaken(taken.statement).kind !== 'head') return null;
  const { statement } = await epochs.entry(epoch);
  return {
    head: taken.statement,
    log: reader.handle,
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
