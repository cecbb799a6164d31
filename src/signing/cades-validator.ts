/**
 * Validates a detached CAdES signature (EN 319 122-1, B-B to B-LTA) after EN 319 102-1: the basic blocks
 * of §5.2, time-stamps (§5.4), signatures with time and long-term data (§5.5) and with archive
 * time-stamps (§5.6). Pure and deterministic; nothing is fetched and no clock is read. The rules are
 * written down, with the decisions taken, in docs/formats/signature-validation.md.
 *
 * NOT checked: signature policies, trusted lists and what follows from them under law. What is present and not checked keeps the verdict from being TOTAL-PASSED.
 */
import type { UnixMillis } from '../base/brand.js';
import { formatInstant } from '../base/time.js';
import { isAcceptedAt } from './algorithm-policy.js';
import { usageFlaw } from './certificate-usage.js';
import type { ContentDigest } from './content-digest.js';
import { uncheckedIn } from './internal/accounting.js';
import { type BasicSignature, verifyBasicSignature } from './internal/basic-signature.js';
import { carriedTimeStamps } from './internal/carried-time-stamps.js';
import { judgeCertificate, type PassedJudgement } from './internal/certificate-judgement.js';
import { describeAnchor, isDevelopment } from './internal/certificate-summary.js';
import {
  type ValidatedCounterSignature,
  validateCounterSignatures,
} from './internal/counter-signature-validation.js';
import { provenLevel } from './internal/proven-level.js';
import { firstProofs, type KnownExistence, validateTimeStamps } from './internal/proven-times.js';
import { ReportWriter } from './internal/report-writer.js';
import { describeRevocation } from './internal/revocation-summary.js';
import { refuseAcceptance, refuseOrder } from './internal/signature-acceptance.js';
import type { ValidatedTimeStamp } from './internal/time-stamp-validation.js';
import type { ValidationContext } from './internal/validation-context.js';
import {
  type BroughtEvidence,
  gatherMaterial,
  type ValidationMaterial,
} from './internal/validation-material.js';
import type { ProofOfExistence } from './proof-of-existence.js';
import { PublicKeyCache } from './public-key-cache.js';
import type { Corroboration, SignatureReport } from './signature-report.js';
import type { TrustAnchor } from './trust-anchor.js';
import { PATH_LIMITS, type PathLimits, ValidationBudget } from './validation-budget.js';
import { VALIDATION_POLICY, type ValidationPolicy } from './validation-policy.js';

export type { ContentDigest } from './content-digest.js';
export type { BroughtEvidence } from './internal/validation-material.js';

export interface CadesRequest {
  /** DER; may be hostile. */
  readonly cms: Uint8Array;
  readonly content: Uint8Array | ContentDigest;
  readonly anchors: readonly TrustAnchor[];
  /**
   * An instant at which the signature is known to have existed; where nothing better is known, now.
   * Not the claimed signing time, which proves nothing.
   */
  readonly at: UnixMillis;
  /** Who says so. A block's time is shown and proves nothing by itself. The default is `caller`. */
  readonly by?: 'caller' | 'ledger' | 'bitcoin-block';
  /**
   * When everything in `cms` is known to have existed, what was added to the signature included: its
   * certificates, revocation data and time-stamps. On the word of the same.
   */
  readonly wholeAt?: UnixMillis;
  /** The instant of the verdict, `at` or later. The default is `at`: would it have passed then? */
  readonly validationTime?: UnixMillis;
  /** What is known beyond what the signature carries. */
  readonly evidence?: BroughtEvidence;
  readonly policy?: ValidationPolicy;
  /** To be kept by whoever validates many. */
  readonly keys?: PublicKeyCache;
}

/** Never throws for what a stranger has sent: a CMS that cannot be read is a FORMAT_FAILURE. */
export function validateCades(request: CadesRequest): SignatureReport {
  const { cms, content, anchors, at, policy = VALIDATION_POLICY } = request;
  const { keys = new PublicKeyCache() } = request;
  const validationTime = request.validationTime ?? at;
  const report = new ReportWriter(validationTime, policy);
  const basic = verifyBasicSignature(cms, content, policy, keys, report);
  if (basic.kind === 'refused') return basic.report;

  const { signedData } = basic;
  const carried = carriedTimeStamps(signedData);
  const material = gatherMaterial(signedData, carried, request.evidence ?? NO_EVIDENCE);
  const proofs = firstProofs(validationTime, knownExistence(request), signedData, material);
  const budget = new ValidationBudget(VALIDATION_LIMITS, keys);
  const context: ValidationContext = {
    keys,
    ...material,
    policy,
    anchors,
    validationTime,
    proofs,
    budget,
  };
  const timeStamps = validateTimeStamps(context, signedData, carried, content, material);
  const best = proofs.earliest('signature');
  report.learnt({
    bestSignatureTime: { time: formatInstant(best.time), by: best.by },
    corroboration: corroborationOf(request),
    timeStamps: timeStamps.map((each) => each.report),
  });
  report.passed('time-stamps', describeTimeStamps(timeStamps));
  return judgeSigner({ report, context, material, basic, timeStamps, best });
}

/** For the signer and a dozen time-stamping authorities, each with its CRLs. */
const VALIDATION_LIMITS: PathLimits = {
  ...PATH_LIMITS,
  maxSignatureChecks: 256,
  maxSteps: 2_048,
  maxListBytes: 134_217_728,
};

const NO_EVIDENCE: BroughtEvidence = { certificates: [], crls: [], ocspResponses: [] };

function knownExistence({ at, by = 'caller', wholeAt }: CadesRequest): KnownExistence {
  // EN 319 102-1 knows no proof by a block, whose time its miner sets.
  if (by === 'bitcoin-block') return { signature: null, whole: null };
  return {
    signature: { time: at, by },
    whole: wholeAt === undefined ? null : { time: wholeAt, by },
  };
}

function corroborationOf({ at, by }: CadesRequest): Corroboration | null {
  return by === 'bitcoin-block' ? { time: formatInstant(at), by } : null;
}

function describeTimeStamps(timeStamps: readonly ValidatedTimeStamp[]): string {
  const passed = timeStamps.filter(({ hasPassed }) => hasPassed).length;
  return timeStamps.length === 0
    ? 'It has no time-stamps.'
    : `${passed} of its ${timeStamps.length} time-stamps prove a time; others count for nothing.`;
}

function describeCounterSignatures(all: readonly ValidatedCounterSignature[]): string {
  const passed = all.filter(({ report }) => report.outcome === 'passed').length;
  return all.length === 0
    ? 'It has no counter-signatures.'
    : `${passed} of its ${all.length} counter-signatures pass; the verdict does not rest on them.`;
}

/** All that is known once times are. */
interface Validation {
  readonly report: ReportWriter;
  readonly context: ValidationContext;
  readonly material: ValidationMaterial;
  readonly basic: BasicSignature;
  readonly timeStamps: readonly ValidatedTimeStamp[];
  /** Since when the signature is known to exist. */
  readonly best: ProofOfExistence;
}

function judgeSigner(validation: Validation): SignatureReport {
  const { report, context, material, basic, timeStamps, best } = validation;
  const { certificate, structure } = basic;
  const judgement = judgeCertificate(context, {
    certificate,
    purpose: 'signature',
    existedAt: best.time,
  });
  if (judgement.kind === 'refused' && !judgement.isRevocation)
    return report.refused('certificate-path', judgement.refusal);
  if (judgement.path !== null)
    report.learnt({
      ...describeAnchor(judgement.path),
      development:
        isDevelopment([certificate, ...judgement.path.certificates]) ||
        timeStamps.some((each) => each.hasPassed && each.report.development),
    });
  report.passed('certificate-path', 'The certificate leads to a trust anchor.');
  if (judgement.kind === 'refused') return report.refused('revocation', judgement.refusal);
  report.learnt({
    path: judgement.way,
    revocation: describeRevocation(judgement),
    level: provenLevel(context, structure, judgement, timeStamps, material),
  });
  report.passed('revocation', describeAnswers(judgement));
  return acceptSignature(validation, judgement);
}

function describeAnswers({ revocation }: PassedJudgement): string {
  const answered = revocation.filter(({ kind }) => kind === 'status').length;
  return answered === revocation.length
    ? 'None of its certificates was revoked.'
    : `Of its ${revocation.length} certificates, ${answered} have an answer; of the others none is offered or wanted.`;
}

function acceptSignature(validation: Validation, judgement: PassedJudgement): SignatureReport {
  const { report, context, material, basic, timeStamps, best } = validation;
  const { certificate, signedData, end } = basic;
  const flaw = usageFlaw(certificate);
  if (flaw !== null)
    return report.refused('certificate-usage', {
      subIndication: 'CHAIN_CONSTRAINTS_FAILURE',
      says: `The signer's certificate ${flaw}.`,
    });
  report.passed('certificate-usage', 'The certificate allows its key to sign documents.');

  if (!isAcceptedAt(end, best.time))
    return report.refused('algorithm-dates', {
      subIndication: 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE',
      says: 'Nothing proves that it existed while its algorithms were accepted.',
    });
  report.passed(
    'algorithm-dates',
    'Its algorithms were accepted when it is known to have existed.',
  );

  const disorder = refuseOrder(timeStamps);
  if (disorder !== null) return report.refused('time-stamp-order', disorder);
  report.passed('time-stamp-order', 'The times of its time-stamps agree.');

  const counterSignatures = validateCounterSignatures(context, signedData);
  report.learnt({ counterSignatures: counterSignatures.map((each) => each.report) });
  report.passed('counter-signatures', describeCounterSignatures(counterSignatures));

  const unchecked = uncheckedIn(context, {
    signedData,
    material,
    timeStamps,
    counterSignatures,
    judgement,
  });
  report.learnt({ unchecked });
  const refusal = refuseAcceptance(
    signedData.signer,
    judgement.path,
    best,
    unchecked,
    context.policy,
  );
  if (refusal !== null) return report.refused('signature-acceptance', refusal);
  report.passed(
    'signature-acceptance',
    unchecked.length === 0
      ? 'Nothing in the signature is left without a check.'
      : 'The policy lets pass what no check covers.',
  );
  return report.complete();
}
