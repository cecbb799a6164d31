/**
 * Judges a timestamp by headers that the verifier brings. Each operation is computed once, on at most
 * 4,096 bytes, and no more than one path is in memory: the limits of the parser bound the work.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes, toHex } from '../../base/bytes.js';
import type { OtsAttestation } from './attestations.js';
import type { HeaderSource, KnownHeader } from './header-source.js';
import { applyOperation } from './operations.js';
import type { OtsFile, OtsTimestamp } from './ots-file.js';
import type { ConfirmedBlock, JudgedAttestation, OtsReport } from './ots-report.js';

/**
 * @param file as `parseOtsFile` reads it.
 * @param contentDigest of the content by `file.hash`, made by the verifier.
 */
export function verifyOts(
  file: OtsFile,
  contentDigest: Uint8Array,
  headerAt: HeaderSource,
): OtsReport {
  const { hash, digest } = file;
  const about = { hash, digest: toHex(digest) };
  if (!equalBytes(contentDigest, digest))
    return { result: 'other-content', ...about, existedBefore: null, attestations: [] };
  const attestations = judgeNode(file.timestamp, digest, headerAt);
  const existedBefore = firstBlock(attestations);
  const result = existedBefore === null ? 'not-confirmed' : 'confirmed';
  return { result, ...about, existedBefore, attestations };
}

/** As deep as the file, which is at most 255. */
function judgeNode(
  { attestations, branches }: OtsTimestamp,
  message: Uint8Array,
  headerAt: HeaderSource,
): JudgedAttestation[] {
  // Beside our tag no bitcoin attestation is one of Bitcoin's own chain, whatever headers say.
  const isDevelopment = attestations.some(({ kind }) => kind === 'development');
  const judged = attestations.map((attestation) => ({
    attestation,
    message,
    ...judge(attestation, message, isDevelopment ? null : headerAt),
  }));
  const below = branches.flatMap(({ operation, timestamp }) =>
    judgeNode(timestamp, applyOperation(operation, message), headerAt),
  );
  return [...judged, ...below];
}

type Judgement = Pick<JudgedAttestation, 'verdict' | 'block'>;

/** @param headerAt null under a message of a development chain. */
function judge(
  attestation: OtsAttestation,
  message: Uint8Array,
  headerAt: HeaderSource | null,
): Judgement {
  switch (attestation.kind) {
    case 'bitcoin':
      return headerAt === null
        ? { verdict: 'development', block: null }
        : judgeBitcoin(attestation.height, message, headerAt(attestation.height));
    case 'pending':
    case 'development':
      return { verdict: attestation.kind, block: null };
    default:
      return { verdict: 'not-judged', block: null };
  }
}

function judgeBitcoin(height: number, message: Uint8Array, header: KnownHeader | null): Judgement {
  if (header === null) return { verdict: 'header-unknown', block: null };
  if (!equalBytes(message, header.merkleRoot)) return { verdict: 'wrong-root', block: null };
  const { hash, time, basis } = header;
  const block = { height, hash, time: (time * 1000) as UnixMillis, header: basis };
  return { verdict: 'confirmed', block };
}

/** A pinned header says more than an earlier one that was merely given. */
function firstBlock(attestations: readonly JudgedAttestation[]): ConfirmedBlock | null {
  const blocks = attestations.flatMap(({ block }) => block ?? []);
  const pinned = blocks.filter(({ header }) => header === 'pinned');
  const [first] = (pinned.length > 0 ? pinned : blocks).toSorted((a, b) => a.height - b.height);
  return first ?? null;
}
