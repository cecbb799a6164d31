/**
 * Whose log this is. The file can say anything here: only a key or a certificate that the verifier
 * brought along makes it more than the file's own word.
 */
import type { UnixMillis } from '../../base/brand.js';
import { ChirographError } from '../../base/errors.js';
import { formatInstant, parseInstant } from '../../base/time.js';
import { validateCades } from '../../signing/cades-validator.js';
import { formatLogSeal } from '../../signing/log-seal.js';
import type { SignatureReport } from '../../signing/signature-report.js';
import { ed25519Verifier } from '../../tlog/ed25519.js';
import { isHandoverSignedBy } from '../../tlog/handover.js';
import { formatVerifierKey, type VerifierKey } from '../../tlog/note-key.js';
import type { Trust } from '../trust.js';
import type { CheckedAnchor } from './check-anchor.js';
import { KNOWN_HANDOVER_RULES } from './handover-rules.js';
import { brokenRule, failed, finding, type Outcome, passed, type Rules } from './outcome.js';
import { type JudgedTime, noEarlierThanClaimed, timeOf } from './proven-time.js';
import type { ReadLogFile } from './read-evidence.js';
import { verdictOf } from './verdict.js';

export interface IdentitySubject {
  readonly evidence: ReadLogFile;
  readonly trust: Trust;
  /** What seal and recovery signature are over; null if the log's name allows none. */
  readonly document: Uint8Array | null;
  /** Null if there is no seal. */
  readonly seal: SignatureReport | null;
}

/** By what a log is known to be whose it says it is. */
export type Attribution = 'recovery-key' | 'log-key' | 'seal' | 'elected-key';

export interface CheckedIdentity {
  readonly outcome: Outcome;
  /** On the verifier's own roots; empty if there is none, or a check failed. */
  readonly by: readonly Attribution[];
  readonly seal: SignatureReport | null;
  readonly judged: JudgedTime;
}

export const IDENTITY_RULES: Rules<IdentitySubject> = {
  'the recovery key signed the last key': ({ evidence, document }) => {
    const { recoverySignature } = evidence.file.log;
    if (recoverySignature === undefined) return null;
    const { publicKey } = evidence.log.recoveryKey;
    return document !== null && ed25519Verifier(publicKey)(document, recoverySignature)
      ? null
      : finding('log-identity.recovery-signature');
  },

  'the seal is genuine': ({ evidence, document, seal }) => {
    if (evidence.file.log.seal === undefined) return null;
    if (document === null || seal === null) return finding('log-identity.name');
    return verdictOf(seal).flaw;
  },

  'no pinned recovery key of that name is another': ({ evidence, trust }) => {
    const pinned = recoveryKeysAbove(evidence, trust);
    return pinned.length === 0 || pinned.some((key) => isRecoveryKey(evidence, key))
      ? null
      : finding('log-identity.contradicted', { name: pinned[0]?.name ?? '' });
  },

  ...KNOWN_HANDOVER_RULES,
};

export function checkLogIdentity(
  evidence: ReadLogFile,
  trust: Trust,
  after: CheckedAnchor,
  rules: Rules<IdentitySubject> = IDENTITY_RULES,
): CheckedIdentity {
  const document = documentOf(evidence);
  const { seal, judged } = validateSeal(evidence, trust, document, timeOf(evidence.entry, after));
  const subject = { evidence, trust, document, seal };
  const broken = brokenRule(rules, subject);
  if (broken !== null) return { outcome: failed(broken), by: [], seal, judged };
  const by = attributionsOf(subject);
  return { outcome: conclude(subject, by, judged), by, seal, judged };
}

function documentOf({ log }: ReadLogFile): Uint8Array | null {
  try {
    return formatLogSeal({ origin: log.origin, verifierKey: log.lastKey });
  } catch (cause) {
    if (cause instanceof ChirographError) return null;
    throw cause;
  }
}

/** A seal is in no log: it may be younger than the entry, and is judged no earlier than it claims. */
function validateSeal(
  { file }: ReadLogFile,
  { certificates: anchors }: Trust,
  content: Uint8Array | null,
  time: JudgedTime,
): { seal: SignatureReport | null; judged: JudgedTime } {
  const cms = file.log.seal;
  if (cms === undefined || content === null) return { seal: null, judged: time };
  const seal = validateCades({ cms, content, anchors, at: time.at });
  const judged = noEarlierThanClaimed(time, claimedTime(seal));
  return judged === time
    ? { seal, judged }
    : { seal: validateCades({ cms, content, anchors, at: judged.at }), judged };
}

function claimedTime({ claimedSigningTime }: SignatureReport): UnixMillis | null {
  return claimedSigningTime === null ? null : parseInstant(claimedSigningTime);
}

function attributionsOf({ evidence, trust, seal }: IdentitySubject): Attribution[] {
  const by: Attribution[] = [];
  const hasSigned = evidence.file.log.recoverySignature !== undefined;
  const isRecoveryPinned = recoveryKeysAbove(evidence, trust).some((key) =>
    isRecoveryKey(evidence, key),
  );
  const isGiven = isRecoveryPinned && isGivenKeyHandedOver(evidence);
  const electors = electorsOf(evidence);
  if ((isRecoveryPinned && hasSigned) || (isGiven && electors.length === 0))
    by.push('recovery-key');
  const lastKey = formatVerifierKey(evidence.log.lastKey);
  const pinned = trust.logs.map(formatVerifierKey);
  if (pinned.includes(lastKey)) by.push('log-key');
  if (seal?.indication === 'TOTAL-PASSED') by.push('seal');
  if (electors.length > 0 && (isGiven || electors.some((key) => pinned.includes(key))))
    by.push('elected-key');
  return by;
}

/**
 * Whether the newest key that no election gave to the log was handed over to by the recovery key alone: then that has signed origin
 * and key as well as a `recoverySignature` does.
 */
function isGivenKeyHandedOver({ log }: ReadLogFile): boolean {
  const terms = log.handovers.findLast(({ content }) => content.election === undefined)?.content;
  const [signature, ...others] = terms?.signatures ?? [];
  return (
    terms !== undefined &&
    signature !== undefined &&
    others.length === 0 &&
    isHandoverSignedBy(log.origin, terms, signature, log.recoveryKey)
  );
}

/** Keys from which elections alone lead to the last one: each stands for the group that chose the next. */
function electorsOf({ log }: ReadLogFile): readonly string[] {
  const given = log.handovers.findLastIndex(({ content }) => content.election === undefined);
  return log.handovers.slice(given + 1).map(({ content }) => content.old);
}

/** Those that speak for origins like this one. */
function recoveryKeysAbove({ log }: ReadLogFile, trust: Trust): readonly VerifierKey[] {
  return trust.recoveryKeys.filter(({ name }) => log.origin.startsWith(`${name}/`));
}

function isRecoveryKey({ log }: ReadLogFile, key: VerifierKey): boolean {
  return formatVerifierKey(log.recoveryKey) === formatVerifierKey(key);
}

function conclude(
  { evidence, seal }: IdentitySubject,
  [strongest]: readonly Attribution[],
  { at }: JudgedTime,
): Outcome {
  const facts = {
    origin: evidence.log.origin,
    recoveryKey: evidence.log.recoveryKey.name,
    signer: seal?.signer?.subject ?? '',
    at: formatInstant(at),
  };
  if (strongest !== undefined) return passed('trust', `log-identity.pass-${strongest}`, facts);
  const reservation = seal === null ? null : verdictOf(seal).reservation;
  return reservation === null
    ? passed('self', 'log-identity.self', facts)
    : passed('self', 'log-identity.self-sealed', { ...facts, reason: reservation });
}
