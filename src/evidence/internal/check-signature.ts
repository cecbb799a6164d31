/** The checks `signature:1…`: certificate signatures over the entry's statement, each an entry itself. */
import { equalBytes } from '../../base/bytes.js';
import { digestFromHex } from '../../base/hex-digest.js';
import { formatInstant } from '../../base/time.js';
import type { SignatureStatement } from '../../records/statement.js';
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
import type { ReadEntry } from './read-statement.js';
import { verdictOf } from './verdict.js';

export interface SignatureSubject {
  readonly evidence: ReadEvidence;
  readonly signature: ReadEntry<SignatureStatement>;
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
}

export const SIGNATURE_RULES: Rules<SignatureSubject> = {
  'it is over the entry': ({ evidence, signature }) =>
    equalBytes(digestFromHex(signature.content.of), evidence.entry.leafHash)
      ? null
      : finding('signature.of'),

  'it comes after the entry, once and in order': ({ signature, indexBefore }) =>
    signature.content.index > indexBefore
      ? null
      : finding('signature.order', { index: signature.content.index }),

  'the file shows it': ({ report }) => (report === null ? finding('signature.payload') : null),

  'it is genuine': ({ report }) => (report === null ? null : verdictOf(report).flaw),
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
  return evidence.signatures.map((signature) => {
    const judged = timeOf(signature, after);
    const report = validate(evidence, signature, trust, judged);
    const subject = { evidence, signature, indexBefore, report };
    indexBefore = signature.content.index;
    const broken = brokenRule(rules, subject) ?? firstBroken(entryRules, signature);
    return { outcome: conclude(broken, report, judged), signature, report, judged };
  });
}

function validate(
  { entry }: ReadEvidence,
  { file }: ReadEntry,
  trust: Trust,
  { at, basis }: JudgedTime,
): SignatureReport | null {
  if (file.payload === undefined) return null;
  const { certificates: anchors } = trust;
  const by = EXISTENCE[basis];
  return validateCades({ cms: file.payload.bytes, content: entry.bytes, anchors, at, by });
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
