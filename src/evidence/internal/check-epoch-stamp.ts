/**
 * The check `epoch-time-stamp`: that an authority stamped a head of the epoch log that has this log's entry in it. Who
 * signed that head is not asked: what is stamped was there, whoever signed it.
 */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes, utf8 } from '../../base/bytes.js';
import { formatInstant } from '../../base/time.js';
import { ALGORITHM_POLICY_2026_11 } from '../../signing/algorithm-policy.js';
import { validateCertificatePath } from '../../signing/certificate-path.js';
import { displayName } from '../../signing/distinguished-name.js';
import { isRefusal, type Refusal } from '../../signing/signature-report.js';
import {
  checkTimeStampToken,
  type GenuineTimeStamp,
  parseTimeStampToken,
  type TimeStampToken,
} from '../../signing/time-stamp-token.js';
import { type Checkpoint, parseCheckpoint } from '../../tlog/checkpoint.js';
import { verifyInclusion } from '../../tlog/inclusion-proof.js';
import { parseSignedNote } from '../../tlog/signed-note.js';
import type { EvidenceStamp } from '../evidence-file.js';
import type { Trust } from '../trust.js';
import type { StampSummary } from '../verification-report.js';
import type { HeadSubject } from './anchor-rules.js';
import {
  brokenRule,
  failed,
  type Finding,
  finding,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import type { ReadLogFile } from './read-evidence.js';
import { readHead } from './read-head.js';
import { isFinding, readPart } from './read-part.js';

export interface StampSubject extends HeadSubject {
  readonly anchor: EvidenceStamp;
  /** Of the epoch log. */
  readonly checkpoint: Checkpoint;
  readonly token: TimeStampToken;
  readonly genuine: GenuineTimeStamp | Refusal;
}

export interface StampRuleBook {
  readonly head: Rules<HeadSubject>;
  readonly stamp: Rules<StampSubject>;
}

export interface CheckedStamp {
  readonly outcome: Outcome;
  /** Null unless the check passed. */
  readonly summary: StampSummary | null;
}

/** A node takes no token that is further from its own clock than a minute; the other is for the way to the authority. */
const TOLERANCE_MILLIS = 2 * 60_000;

export const STAMP_RULES: Rules<StampSubject> = {
  'the epoch is in the tree that was stamped': ({ checkpoint, epoch }) =>
    verifyInclusion({
      leafHash: epoch.leafHash,
      index: epoch.content.index,
      size: checkpoint.size,
      rootHash: checkpoint.rootHash,
      proof: epoch.inclusion,
    })
      ? null
      : finding('stamp.epoch'),

  'the token is genuine and over the checkpoint': ({ genuine }) =>
    isRefusal(genuine)
      ? finding('stamp.not-genuine', {
          subIndication: genuine.subIndication,
          reason: genuine.says,
        })
      : null,

  'the head contains the entry': ({ evidence, head }) => {
    const { index } = evidence.entry.content;
    return head.size > index ? null : finding('stamp.size', { headSize: head.size, index });
  },

  // Whoever dates an entry forward is found out by the authority's clock.
  'the entry is not recorded after it': ({ evidence, token: { info } }) => {
    const { recordedAt } = evidence.entry.content;
    const latest = info.genTime + (info.accuracyMillis ?? 0) + TOLERANCE_MILLIS;
    return recordedAt <= latest
      ? null
      : finding('stamp.time', {
          recordedAt: formatInstant(recordedAt),
          at: formatInstant(info.genTime),
        });
  },
};

/** Null if the file has no time-stamp. @throws EvidenceError EVIDENCE_FORMAT_NEWER. */
export function checkEpochStamp(
  evidence: ReadLogFile,
  trust: Trust,
  rules: StampRuleBook,
): CheckedStamp | null {
  const { timeStamp } = evidence.file;
  if (timeStamp === undefined) return null;
  const subject = readSubject(timeStamp, evidence);
  const broken = isFinding(subject)
    ? subject
    : (brokenRule(rules.head, subject) ?? brokenRule(rules.stamp, subject));
  if (broken !== null) return { outcome: failed(broken), summary: null };
  return conclude(subject as StampSubject, trust);
}

function readSubject(anchor: EvidenceStamp, evidence: ReadLogFile): StampSubject | Finding {
  const read = readHead(anchor);
  if (isFinding(read)) return read;
  const checkpoint = readPart('stamp.malformed', 'the checkpoint', () =>
    parseCheckpoint(parseSignedNote(anchor.checkpoint).text),
  );
  if (isFinding(checkpoint)) return checkpoint;
  const token = readPart('stamp.malformed', 'the token', () => parseTimeStampToken(anchor.token));
  if (isFinding(token)) return token;
  // Read from BER it would be the same token in other bytes.
  if (!equalBytes(token.der, anchor.token))
    return finding('stamp.malformed', { where: 'the token', reason: 'it is not DER' });
  const bytes = utf8(anchor.checkpoint);
  const genuine = checkTimeStampToken(token, bytes, ALGORITHM_POLICY_2026_11, token.info.genTime);
  return { ...read, evidence, checkpoint, token, genuine };
}

/** What an authority says that is nobody's for the verifier counts for nothing, and takes nothing from the rest. */
function conclude({ head, token, genuine }: StampSubject, { certificates }: Trust): CheckedStamp {
  const at = token.info.genTime;
  // Only where the rule that asks for it was left out.
  if (isRefusal(genuine)) return { outcome: notPresent('stamp.untrusted'), summary: null };
  const authority = displayName(genuine.certificate.subject);
  const facts = { headSize: head.size, at: formatInstant(at), authority };
  const reason = untrusted(token, genuine, certificates, at);
  return reason === null
    ? { outcome: passed('trust', 'stamp.pass', facts), summary: { at, authority } }
    : { outcome: notPresent('stamp.untrusted', { ...facts, reason }), summary: null };
}

/** Why nobody whom the verifier trusts answers for the authority; null if somebody does. */
function untrusted(
  { signedData }: TimeStampToken,
  { certificate }: GenuineTimeStamp,
  anchors: Trust['certificates'],
  at: UnixMillis,
): string | null {
  const verdict = validateCertificatePath({
    target: certificate,
    intermediates: signedData.certificates,
    anchors,
    at,
    purpose: 'time-stamp',
  });
  return verdict.kind === 'valid' ? null : verdict.reason;
}
