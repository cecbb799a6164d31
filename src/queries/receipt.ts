/** The receipt of an entry: what a writer keeps, and already evidence (design: the write response). */
import type { LeafIndex, Sha256Digest, TreeSize, UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { formatInstant } from '../base/time.js';
import type { AppendedEntry } from '../ledger/entry-draft.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';

export interface Receipt {
  /** The leaf hash. */
  readonly id: string;
  readonly index: number;
  readonly leafHash: string;
  readonly recordedAt: string;
  readonly finality: Finality;
  /** Signed note of the checkpoint of the commit. */
  readonly checkpoint: string;
  /** RFC 6962 path to its root, hex. */
  readonly inclusionProof: readonly string[];
}

/** How far an entry has come; each mark has a proof of its own. */
export interface Finality {
  readonly durable: true;
  readonly anchored: boolean;
}

/** Up to which size a log's entries are in a chain. */
export type AnchoredSize = (origin: string) => TreeSize;

export function receiptOf(entry: AppendedEntry, anchoredSize: AnchoredSize): Receipt {
  const { index, leafHash, recordedAt, checkpoint, inclusionProof, origin } = entry;
  return format(index, leafHash, recordedAt, checkpoint, inclusionProof, anchoredSize(origin));
}

/** The same receipt again, with today's finality. */
export async function receiptAgain(
  reader: LogReader,
  index: LeafIndex,
  anchoredSize: AnchoredSize,
): Promise<Receipt> {
  const { statement, leafHash } = await reader.entry(index);
  const { size } = await reader.block(index);
  const checkpoint = await reader.checkpointAt(size);
  const path = await reader.inclusionProof(index, size);
  const { recordedAt } = parseStatement(statement);
  return format(index, leafHash, recordedAt, checkpoint, path, anchoredSize(reader.origin));
}

export function finalityOf(index: LeafIndex, anchored: TreeSize): Finality {
  return { durable: true, anchored: index < anchored };
}

function format(
  index: LeafIndex,
  leafHash: Sha256Digest,
  recordedAt: UnixMillis,
  checkpoint: string,
  path: readonly Sha256Digest[],
  anchored: TreeSize,
): Receipt {
  const id = toHex(leafHash);
  return {
    id,
    index,
    leafHash: id,
    recordedAt: formatInstant(recordedAt),
    finality: finalityOf(index, anchored),
    checkpoint,
    inclusionProof: path.map(toHex),
  };
}
