/**
 * The checks `signature:1…`: certificate signatures over the statements of the entry, of a batch that covers it, and
 * of such signatures, each an entry itself.
 */
import { digestToHex, type HexDigest } from '../../base/hex-digest.js';
import { formatInstant } from '../../base/time.js';
import type { BatchStatement, SignatureStatement } from '../../records/statement.js';
import { validateCades } from '../../signing/cades-validator.js';
import type { SignatureReport } from '../../signing/signature-report.js';
import type { Trust } from '../trust.js';
import type { CheckedAnchor } from './check-anchor.js';
import {
  brokenRule,
  failed,
  type Finding,
  finding,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import { EXISTENCE, type JudgedTime, timeOf } from './proven-time.js';
import type { ReadEvidence } from './read-evidence.js';
import type { ReadEntry, ReadStatement } from './read-statement.js';
import { compareVersions, previousVersion, type VersionSubject } from './signature-version.js';
import { verdictOf } from './verdict.js';

export interface SignatureSubject extends VersionSubject {
  /** What it is over: the entry, the batch, or a signature that stands before it in the file; null if none. */
  readonly signed: ReadStatement | null;
  /** Of the signature before, or of the entry. */
  readonly indexBefore: number;
  /** Null if the file does not show the CMS. */
  readonly report: SignatureReport | null;
}

export interface CheckedSignature {
  readonly outcome: Outcome;
  readonly signature: ReadEntry<SignatureStatement>;
  readonly report: SignatureReport | null;
  readonly judged: JudgedTime;
  /** The batch, if it is over that. */
  readonly batch: ReadStatement<BatchStatement> | null;
}

export const SIGNATURE_RULES: Rules<SignatureSubject> = {
  'it is over the entry, the batch, or a signature before it': ({ signed }) =>
    signed === null ? finding('signature.of') : null,

  'it comes after what it is over, once and in order': ({ signature, signed, indexBefore }) =>
    signature.content.index > Math.max(indexBefore, signed?.content.index ?? 0)
      ? null
      : finding('signature.order', { index: signature.content.index }),

  'the file shows it': ({ signature }) =>
    signature.file.payload === undefined ? finding('signature.payload') : null,

  'it is genuine': ({ report }) => (report === null ? null : verdictOf(report).flaw),

  'a later version is of the same signature': compareVersions,
};

/** @param entryRules what must hold of the signature as an entry: its header, payload and tags. */
export function checkSignatures(
  evidence: ReadEvidence,
  trust: Trust,
  after: CheckedAnchor,
  entryRules: readonly Rules<ReadEntry>[],
  rules: Rules<SignatureSubject> = SIGNATURE_RULES,
): CheckedSignature[] {
  let indexBefore: number = evidence.entry.content.index;
  const before = new Map<HexDigest, ReadEntry>([
    [digestToHex(evidence.entry.leafHash), evidence.entry],
  ]);
  const { batch } = evidence;
  const batchLeaf = batch === null ? null : digestToHex(batch.leafHash);
  return evidence.signatures.map((signature) => {
    const judged = timeOf(signature, after);
    const { of, prev } = signature.content;
    const overBatch = of === batchLeaf ? batch : null;
    const signed = overBatch ?? before.get(of) ?? null;
    const previous = previousVersion(prev, before);
    const report = validate(signed, signature, trust, judged);
    const subject = { signature, signed, previous, indexBefore, report };
    indexBefore = signature.content.index;
    before.set(digestToHex(signature.leafHash), signature);
    const broken = brokenRule(rules, subject) ?? firstBroken(entryRules, signature);
    const outcome = conclude(broken, report, judged);
    return { outcome, signature, report, judged, batch: overBatch };
  });
}

function validate(
  signed: ReadStatement | null,
  { file }: ReadEntry,
  trust: Trust,
  { at, basis }: JudgedTime,
): SignatureReport | null {
  if (signed === null || file.payload === undefined) return null;
  const { certificates: anchors } = trust;
  const by = EXISTENCE[basis];
  return validateCades({ cms: file.payload.bytes, content: signed.bytes, anchors, at, by });
}

function firstBroken(rules: readonly Rules<ReadEntry>[], entry: ReadEntry): Finding | null {
  for (const each of rules) {
    const broken = brokenRule(each, entry);
    if (broken !== null) return broken;
  }
  return null;
}

function conclude(
  broken: Finding | null,
  report: SignatureReport | null,
  { at }: JudgedTime,
): Outcome {
  if (broken !== null) return failed(broken);
  const facts = { signer: report?.signer?.subject ?? '', at: formatInstant(at) };
  if (report?.indication === 'TOTAL-PASSED')
    return passed('trust', 'signature.pass-trusted', facts);
  const reason = report === null ? '' : (verdictOf(report).reservation ?? '');
  return passed('self', 'signature.pass-self', { ...facts, reason });
}
