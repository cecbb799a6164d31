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
  /** Enough witnesses have cosigned a head of the epoch log that covers it. */
  readonly witnessed: boolean;
  /** A time-stamp authority has stamped one. */
  readonly timestamped: boolean;
  readonly anchored: boolean;
}

/** Of a log: entries below each size have come that far. */
export interface MarkSizes {
  readonly witnessed: TreeSize;
  readonly timestamped: TreeSize;
  readonly anchored: TreeSize;
}

export type MarksOf = (origin: string) => MarkSizes;

const NONE = 0 as TreeSize;
export const NO_MARKS: MarkSizes = { witnessed: NONE, timestamped: NONE, anchored: NONE };

export function receiptOf(entry: AppendedEntry, marksOf: MarksOf): Receipt {
  const { index, leafHash, recordedAt, checkpoint, inclusionProof, origin } = entry;
  const id = toHex(leafHash);
  return {
    id,
    index,
    leafHash: id,
    recordedAt: formatInstant(recordedAt),
    finality: finalityOf(index, marksOf(origin)),
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

export function finalityOf(index: LeafIndex, sizes: MarkSizes): Finality {
  return {
    durable: true,
    witnessed: index < sizes.witnessed,
    timestamped: index < sizes.timestamped,
    anchored: index < sizes.anchored,
  };
}
