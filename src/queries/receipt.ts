/** The receipt of an entry: what a writer keeps, and already evidence (design: the write response). */
import type { LeafIndex, TreeSize } from '../base/brand.js';
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
  readonly timestamped: boolean;
}

/** Up to which size a log's entries have come, by mark. */
export interface MarkSizes {
  readonly anchored: TreeSize;
  readonly timestamped: TreeSize;
}

/** Of whoever knows of no marks but anchors, the size up to which entries are in a chain. */
export type AnchoredSize = (origin: string) => MarkSizes | TreeSize;

export function receiptOf(entry: AppendedEntry, anchoredSize: AnchoredSize): Receipt {
  const { index, leafHash, recordedAt, checkpoint, inclusionProof, origin } = entry;
  const id = toHex(leafHash);
  return {
    id,
    index,
    leafHash: id,
    recordedAt: formatInstant(recordedAt),
    finality: finalityOf(index, anchoredSize(origin)),
    checkpoint,
    inclusionProof: inclusionProof.map(toHex),
  };
}

/** What was told when the entry was appended: for the same receipt again, with today's finality. */
export async function appendedAgain(reader: LogReader, index: LeafIndex): Promise<AppendedEntry> {
  const { statement, leafHash } = await reader.entry(index);
  const { size } = await reader.block(index);
  const checkpoint = await reader.checkpointAt(size);
  const inclusionProof = await reader.inclusionProof(index, size);
  const { recordedAt } = parseStatement(statement);
  return { origin: reader.origin, index, leafHash, recordedAt, checkpoint, inclusionProof };
}

export function finalityOf(index: LeafIndex, sizes: MarkSizes | TreeSize): Finality {
  const { anchored, timestamped } = marksOf(sizes);
  return { durable: true, anchored: index < anchored, timestamped: index < timestamped };
}

export function marksOf(sizes: MarkSizes | TreeSize): MarkSizes {
  return typeof sizes === 'number' ? { anchored: sizes, timestamped: 0 as TreeSize } : sizes;
}
