/** What an epoch changed, as the epoch log has it, or the files of heads that format 1 has beside it. */
import type { LeafIndex } from '../base/brand.js';
import { digestToHex } from '../base/hex-digest.js';
import type { LogReader, StoredEntry } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import type { EpochStatement } from '../records/statement.js';
import { changesDigest, type EpochChange, parseChanges } from './epoch-changes.js';
import type { EpochFormat } from './epoch-maps.js';
import { AnchoringError } from './errors.js';
import { readFormat1Heads } from './format-1-heads.js';

export interface EpochLogParts {
  /** The epoch log. */
  readonly epochs: LogReader;
  /** Of the files of heads, which a log without epochs of format 1 does not have. */
  readonly headsDirectory: string;
}

export interface ReadEpoch {
  readonly epoch: LeafIndex;
  readonly format: EpochFormat;
  readonly statement: EpochStatement;
  readonly leafHash: Uint8Array;
  readonly changes: readonly EpochChange[];
}

/** Entry 0 names the log; epochs begin at 1. */
export const FIRST_EPOCH = 1;

/** Index of the newest epoch, or null before the first. */
export function lastEpoch(epochs: LogReader): LeafIndex | null {
  const { size } = epochs.head;
  return size <= FIRST_EPOCH ? null : ((size - 1) as LeafIndex);
}

/** Epochs from one on, to the newest. @throws AnchoringError EPOCH_HEADS_DAMAGED. */
export async function* readEpochs(parts: EpochLogParts, from: number): AsyncGenerator<ReadEpoch> {
  const { epochs } = parts;
  const first = Math.max(from, FIRST_EPOCH) as LeafIndex;
  for await (const entry of epochs.entries(first, epochs.head.size))
    yield await readEpoch(parts, entry);
}

/** @throws AnchoringError EPOCH_HEADS_DAMAGED; LedgerError LEDGER_ENTRY_UNKNOWN. */
export async function readEpochAt(parts: EpochLogParts, epoch: LeafIndex): Promise<ReadEpoch> {
  return readEpoch(parts, await parts.epochs.entry(epoch));
}

async function readEpoch(
  { headsDirectory }: EpochLogParts,
  { index: epoch, leafHash, statement: bytes, sealedParts }: StoredEntry,
): Promise<ReadEpoch> {
  const statement = parseStatement(bytes);
  if (statement.kind !== 'epoch') throw damaged(epoch, 'its entry is no epoch');
  const place = { epoch, statement, leafHash };
  if (statement.changes === undefined)
    return { ...place, format: 1, changes: await readFormat1Heads(headsDirectory, epoch) };
  const [part] = sealedParts;
  if (part === undefined || digestToHex(changesDigest(part)) !== statement.changes)
    throw damaged(epoch, 'its changes are not those that it commits to');
  return { ...place, format: 2, changes: parseChanges(part, statement.succession !== undefined) };
}

function damaged(epoch: number, reason: string): AnchoringError {
  return new AnchoringError('EPOCH_HEADS_DAMAGED', `epoch ${epoch} is damaged: ${reason}`);
}
