/** The check `signatures` of a collection: certificate signatures, each over another entry of the file. */
import type { SignatureStatement } from '../../records/statement.js';
import { validateCades } from '../../signing/cades-validator.js';
import type { Trust } from '../trust.js';
import type { CheckedAnchor } from './check-anchor.js';
import type { CheckedSignature } from './check-signature.js';
import {
  brokenRule,
  failed,
  finding,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import { EXISTENCE, timeOf } from './proven-time.js';
import type { CollectedEntry, ReadCollection } from './read-collection.js';
import type { ReadEntry } from './read-statement.js';
import { compareVersions, previousVersion, type VersionSubject } from './signature-version.js';
import { verdictOf } from './verdict.js';

export interface AttachedSubject extends VersionSubject {
  /** Null if the file does not have it. */
  readonly signed: CollectedEntry | null;
  /** Null if the file does not show the CMS, or what it is over. */
  readonly report: CheckedSignature['report'];
}

export interface AttachedSignatures {
  readonly outcome: Outcome;
  /** In the order of the file, up to the first that fails. */
  readonly checked: readonly CheckedSignature[];
}

export const ATTACHED_RULES: Rules<AttachedSubject> = {
  'what it signs is in the file, before it': ({ signature, signed }) =>
    signed !== null && signed.content.index < signature.content.index
      ? null
      : finding('signatures.of-nothing', { entry: signature.content.index }),

  'the file shows it': ({ signature }) =>
    signature.file.payload !== undefined
      ? null
      : finding('signatures.payload', { entry: signature.content.index }),

  'it is genuine': ({ signature, report }) => {
    const flaw = report === null ? null : verdictOf(report).flaw;
    return flaw === null
      ? null
      : { ...flaw, facts: { ...flaw.facts, entry: signature.content.index } };
  },

  'a later version is of the same signature': compareVersions,
};

export function checkAttached(
  collection: ReadCollection,
  trust: Trust,
  after: CheckedAnchor,
  rules: Rules<AttachedSubject>,
): AttachedSignatures {
  const checked: CheckedSignature[] = [];
  for (const signature of collection.entries) {
    if (!isOpenedSignature(signature)) continue;
    const signed = collection.byLeaf.get(signature.content.of) ?? null;
    const judged = timeOf(signature, after);
    const cms = signature.file.payload?.bytes;
    const { certificates: anchors } = trust;
    const report =
      signed === null || cms === undefined
        ? null
        : validateCades({
            cms,
            content: signed.bytes,
            anchors,
            at: judged.at,
            by: EXISTENCE[judged.basis],
          });
    const previous = previousVersion(signature.content.prev, collection.byLeaf);
    const broken = brokenRule(rules, { signature, signed, previous, report });
    if (broken !== null) return { outcome: failed(broken), checked };
    checked.push({ outcome: outcomeOf(report), signature, report, judged, batch: null });
  }
  return { outcome: conclude(checked), checked };
}

function isOpenedSignature(entry: CollectedEntry): entry is ReadEntry<SignatureStatement> {
  const { header, payload } = entry.file;
  return entry.content.kind === 'signature' && (header !== undefined || payload !== undefined);
}

function outcomeOf(report: CheckedSignature['report']): Outcome {
  return passed(report?.indication === 'TOTAL-PASSED' ? 'trust' : 'self', 'signatures.pass');
}

function conclude(checked: readonly CheckedSignature[]): Outcome {
  if (checked.length === 0) return notPresent('signatures.not-present');
  const trusted = checked.filter(({ outcome }) => outcome.word === 'trust').length;
  return passed(trusted === checked.length ? 'trust' : 'self', 'signatures.pass', {
    count: checked.length,
    trusted,
  });
}
