/** Batches of a log (docs/formats/statement.md): which there are, and what is about them and nothing else. */
import type { LeafIndex } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { HexDigest } from '../base/hex-digest.js';
import { formatInstant } from '../base/time.js';
import { MAX_SIGNATURES } from '../evidence/evidence-file.js';
import { damaged } from '../ledger/ledger-error.js';
import type { EntryPlace, LogReader, StoredEntry } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import type { BatchStatement } from '../records/statement.js';
import { findEntry } from './find-entry.js';
import { type Finality, finalityOf } from './receipt.js';
import { signedRoot } from './signature-chains.js';
import type { LedgerLogs } from './tenant-ledgers.js';

export interface BatchView {
  /** Leaf hash. */
  readonly id: string;
  readonly index: number;
  readonly recordedAt: string;
  /** How many entries it covers: all below its index. */
  readonly size: number;
  /** RFC 6962, of the tree of these. */
  readonly rootHash: HexDigest;
  readonly finality: Finality;
  /** Over it; those over these, and later versions, are not counted. */
  readonly signatures: number;
}

export interface BatchPage {
  readonly items: readonly BatchView[];
  /** Index below which the next page begins, or null after the last. */
  readonly next: number | null;
}

/** Of the log that is written now, the newest first. */
export async function listBatches(
  logs: Pick<LedgerLogs, 'ledger' | 'marksOf'>,
  { limit, below = Number.MAX_SAFE_INTEGER }: { readonly limit: number; readonly below?: number },
): Promise<BatchPage> {
  const { reader } = logs.ledger;
  const found = await reader.batchesBelow(below, limit + 1);
  const items: BatchView[] = [];
  for (const { index } of found.slice(0, limit)) items.push(await batchView(logs, index));
  return { items, next: found.length > limit ? (items.at(-1)?.index ?? null) : null };
}

export async function batchView(
  { ledger: { reader }, marksOf }: Pick<LedgerLogs, 'ledger' | 'marksOf'>,
  index: LeafIndex,
): Promise<BatchView> {
  const entry = await reader.entry(index);
  const { recordedAt, rootHash, size } = batchStatement(entry);
  return {
    id: toHex(entry.leafHash),
    index,
    recordedAt: formatInstant(recordedAt),
    size,
    rootHash,
    finality: finalityOf(index, marksOf(reader.origin)),
    signatures: (await reader.attachedTo(entry.leafHash, MAX_SIGNATURES)).length,
  };
}

export async function lastBatch(reader: LogReader): Promise<EntryPlace | null> {
  const [last] = await reader.batchesBelow(Number.MAX_SAFE_INTEGER, 1);
  return last ?? null;
}

const LOOKED_AT_ONCE = 64;
/** Batches that nobody has signed are few: a crash, or people who have not come to it yet. */
const MAX_LOOKED_AT = 4_096;

/** The first signed batch that covers an entry; null if none is among those that are looked at. */
export async function batchOf(reader: LogReader, index: LeafIndex): Promise<EntryPlace | null> {
  let from = (index + 1) as LeafIndex;
  for (let looked = 0; looked < MAX_LOOKED_AT; looked += LOOKED_AT_ONCE) {
    const batches = await reader.batchesFrom(from, LOOKED_AT_ONCE);
    for (const batch of batches) if (await isSigned(reader, batch)) return batch;
    const last = batches.at(-1);
    if (last === undefined) return null;
    from = (last.index + 1) as LeafIndex;
  }
  return null;
}

export async function isSigned(reader: LogReader, { leafHash }: EntryPlace): Promise<boolean> {
  return (await reader.attachedTo(leafHash, 1)).length > 0;
}

/** Whether the entry of that id is one. @throws LedgerError LEDGER_ENTRY_UNKNOWN. */
export async function isAboutABatch(
  { ledger }: Pick<LedgerLogs, 'ledger'>,
  id: string,
): Promise<boolean> {
  const { reader, index } = await findEntry(ledger, id);
  return isUnderBatch(reader, index);
}

/** Whether an entry says nothing that a batch should cover: batches, maps, and signatures over batches. */
export async function isAboutBatches(
  reader: LogReader,
  { index, statement }: StoredEntry,
): Promise<boolean> {
  const { kind } = parseStatement(statement);
  if (kind === 'batch' || kind === 'map') return true;
  return kind === 'signature' && isUnderBatch(reader, index);
}

/** Whether an entry is a batch, or a signature over one: about nobody. */
export async function isUnderBatch(reader: LogReader, index: LeafIndex): Promise<boolean> {
  const root = await signedRoot(reader, index);
  return parseStatement((await reader.entry(root.index)).statement).kind === 'batch';
}

function batchStatement({ index, statement }: StoredEntry): BatchStatement {
  const parsed = parseStatement(statement);
  if (parsed.kind !== 'batch') throw damaged(`entry ${index} is kept as a batch and is none`);
  return parsed;
}
