/** Gathers everything that a verifier of one entry needs, in ten years as today (docs/formats/evidence.md). */
import type { HeadAnchor } from '../anchoring/anchored-heads.js';
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { developmentPartsOf } from '../evidence/development-parts.js';
import {
  type EvidenceAnchor,
  type EvidenceEntry,
  type EvidenceFile,
  MAX_SIGNATURES,
} from '../evidence/evidence-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseStatement } from '../records/parse-statement.js';
import { leafHash } from '../tlog/merkle-hash.js';
import { historiesOfAuthors } from './author-histories.js';
import { batchToShow, shownIndexes } from './batch-to-show.js';
import {
  anchorsOf,
  evidenceAnchor,
  evidenceEntry,
  evidenceLog,
  evidenceWitnessed,
  type EvidenceSources,
  headSize,
  proved,
} from './evidence-parts.js';
import { evidenceStamp, stampOf } from './evidence-stamp.js';
import type { FoundEntry } from './find-entry.js';
import { type SignedEntry, signaturesUnder } from './signature-chains.js';

export type { EvidenceSources } from './evidence-parts.js';

/** Beside more no batch is shown: a file has 64 MiB. */
const MAX_OWN_BESIDE_A_BATCH = 64;

export async function exportEvidence(
  sources: EvidenceSources,
  { reader, index }: FoundEntry,
): Promise<EvidenceFile> {
  const entry = await reader.entry(index);
  const own = await signaturesToShow(reader, entry);
  const batch = own.length > MAX_OWN_BESIDE_A_BATCH ? null : await batchToShow(reader, index);
  const attached = [...own, ...(batch?.signatures ?? [])].sort((a, b) => a - b);
  const { after, before } = await anchorsOf(sources.anchored, { reader, index });
  const { recordedAt } = parseStatement(entry.statement);
  const stamped = await stampOf(sources.stamped, { reader, index }, recordedAt);
  const witness = await sources.witnessed.covering(reader, index);
  const heads = [after, stamped, witness].flatMap((head) => head ?? []);
  const size = await checkpointSize(reader, [index, ...attached], heads);
  const signed = [entry.leafHash, ...(batch === null ? [] : [batch.leafHash])];
  const signatures = stillShown(
    signed,
    await Promise.all(attached.map((at) => evidenceEntry(sources.vault, reader, at, size))),
  );
  const shown = await evidenceEntry(sources.vault, reader, index, size);
  const { histories } = await historiesOfAuthors(sources.historyOf, [shown]);
  const [history] = histories;
  const anchors = after === null ? null : { after, before };
  const file = {
    ...(anchors !== null && { anchors: await evidenceAnchors(reader, anchors, size) }),
    ...(batch !== null && { batch: await proved(reader, batch.index, size) }),
    entry: shown,
    ...(history !== undefined && { history }),
    log: await evidenceLog(sources, reader, size),
    ...(signatures.length > 0 && { signatures }),
    ...(stamped !== null && { timeStamp: await evidenceStamp(reader, stamped, size) }),
    ...(witness !== null && { witnessed: await evidenceWitnessed(reader, witness, size) }),
  };
  const development = developmentPartsOf(file);
  return development.length === 0 ? file : { ...file, development };
}

/**
 * Of each signature the newest version, and each that is countersigned, in the order of the log: so what is
 * left out of more than there is room for is over nothing that is left in.
 */
async function signaturesToShow(
  reader: LogReader,
  entry: SignedEntry,
): Promise<readonly LeafIndex[]> {
  return shownIndexes(await signaturesUnder(reader, entry)).slice(0, MAX_SIGNATURES);
}

/** Without those that were erased, and those over these: of them there is nothing to verify. */
function stillShown(
  signed: readonly Uint8Array[],
  signatures: readonly EvidenceEntry[],
): readonly EvidenceEntry[] {
  const shown = new Set(signed.map(toHex));
  return signatures.filter(({ statement, payload }) => {
    const parsed = parseStatement(statement);
    if (payload === undefined || parsed.kind !== 'signature' || !shown.has(parsed.of)) return false;
    shown.add(toHex(leafHash(statement)));
    return true;
  });
}

/** The first checkpoint that holds the entry, its signatures and the heads that were anchored, stamped and witnessed. */
async function checkpointSize(
  reader: LogReader,
  indices: readonly LeafIndex[],
  heads: readonly Pick<HeadAnchor, 'head'>[],
): Promise<TreeSize> {
  const last = Math.max(...indices) as LeafIndex;
  const { size } = await reader.block(last);
  return reader.vouchedSize(Math.max(size, ...heads.map(headSize)) as TreeSize);
}

async function evidenceAnchors(
  reader: LogReader,
  { after, before }: { after: HeadAnchor; before: HeadAnchor | null },
  size: TreeSize,
): Promise<{ after: EvidenceAnchor; before?: EvidenceAnchor }> {
  return {
    after: await evidenceAnchor(reader, after, size),
    ...(before !== null && { before: await evidenceAnchor(reader, before, size) }),
  };
}
