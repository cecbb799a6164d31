/** Gathers everything that a verifier of one entry needs, in ten years as today (docs/formats/evidence.md). */
import type { HeadAnchor } from '../anchoring/anchored-heads.js';
import type { LeafIndex, TreeSize } from '../base/brand.js';
import { developmentPartsOf } from '../evidence/development-parts.js';
import {
  type EvidenceAnchor,
  type EvidenceFile,
  MAX_SIGNATURES,
} from '../evidence/evidence-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import { batchOf } from './batches.js';
import {
  anchorsOf,
  evidenceAnchor,
  evidenceEntry,
  type EvidenceSources,
  headSize,
  proved,
} from './evidence-parts.js';
import type { FoundEntry } from './find-entry.js';
import {
  shownVersions,
  type SignatureChain,
  type SignedEntry,
  signaturesUnder,
} from './signature-chains.js';

export type { EvidenceSources } from './evidence-parts.js';

export async function exportEvidence(
  sources: EvidenceSources,
  { reader, index }: FoundEntry,
): Promise<EvidenceFile> {
  const entry = await reader.entry(index);
  const own = await signaturesToShow(reader, entry);
  const batch = await batchToShow(reader, index, own.length);
  const attached = [...own, ...(batch?.signatures ?? [])].sort((a, b) => a - b);
  const { after, before } = await anchorsOf(sources.anchored, { reader, index });
  const size = await checkpointSize(reader, [index, ...attached], after);
  const signatures = await Promise.all(
    attached.map((at) => evidenceEntry(sources.vault, reader, at, size)),
  );
  const anchors = after === null ? null : { after, before };
  const file = {
    ...(anchors !== null && { anchors: await evidenceAnchors(reader, anchors, size) }),
    ...(batch !== null && { batch: await proved(reader, batch.index, size) }),
    entry: await evidenceEntry(sources.vault, reader, index, size),
    log: {
      checkpoint: await reader.checkpointAt(size),
      first: await proved(reader, 0 as LeafIndex, size),
      handovers: [],
      ...(await sources.identity(reader)),
    },
    ...(signatures.length > 0 && { signatures }),
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
  return indexesOf(await signaturesUnder(reader, entry)).slice(0, MAX_SIGNATURES);
}

/** In the order of the log. */
function indexesOf(chains: readonly SignatureChain[]): LeafIndex[] {
  return chains
    .flatMap(shownVersions)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}

interface BatchToShow {
  readonly index: LeafIndex;
  readonly signatures: readonly LeafIndex[];
}

/** More would hardly be read, and must not crowd out those over the entry itself: a file has 64 MiB. */
const MAX_BATCH_SIGNATURES = 16;
const MAX_BATCH_VERSIONS = 32;
const MAX_OWN_BESIDE_A_BATCH = 64;

/** The first signed batch that covers the entry; none if the file would have too many signatures. */
async function batchToShow(
  reader: LogReader,
  index: LeafIndex,
  own: number,
): Promise<BatchToShow | null> {
  if (own > MAX_OWN_BESIDE_A_BATCH) return null;
  const batch = await batchOf(reader, index);
  if (batch === null) return null;
  // Those attached first: what comes later, however much, crowds out no seal.
  const chains = (await signaturesUnder(reader, batch)).slice(0, MAX_BATCH_SIGNATURES);
  return { index: batch.index, signatures: indexesOf(chains).slice(0, MAX_BATCH_VERSIONS) };
}

/** The first checkpoint that holds the entry, its signatures and the head that was anchored. */
async function checkpointSize(
  reader: LogReader,
  indices: readonly LeafIndex[],
  after: HeadAnchor | null,
): Promise<TreeSize> {
  const last = Math.max(...indices) as LeafIndex;
  const { size } = await reader.block(last);
  const anchored = after === null ? 0 : headSize(after);
  return Math.max(size, anchored) as TreeSize;
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
