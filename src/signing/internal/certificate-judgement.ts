/**
 * Whether a certificate could be relied on when it was used, in the three ways of EN 319 102-1: as of the
 * instant of validation (§5.2.6), as of the instant since when its signature is known to have existed
 * (§5.5.4), and in the past, by proofs of existence of all that the path needs (§5.6.2).
 */
import type { UnixMillis } from '../../base/brand.js';
import { isAcceptedAt } from '../algorithm-policy.js';
import { pathsInThePast, validateCertificatePath } from '../certificate-path.js';
import type { CertificatePath, InvalidPath, PathVerdict, ValidPath } from '../path-verdict.js';
import type { CertificateRevocation } from '../revocation.js';
import type { PathWay, Refusal } from '../signature-report.js';
import { isRescuable, refusalOf } from './path-refusal.js';
import { certificateEnd, statusEnd } from './path-status.js';
import { certificatesAtHand } from './relevant-certificates.js';
import { slide } from './time-sliding.js';
import type { Judged, ValidationContext } from './validation-context.js';

export type Judgement = PassedJudgement | RefusedJudgement;

export interface PassedJudgement {
  readonly kind: 'passed';
  readonly way: PathWay;
  readonly path: CertificatePath;
  /** One for each certificate, in the same order. */
  readonly revocation: readonly CertificateRevocation[];
}

export interface RefusedJudgement {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  /** The fault is one of revocation: the path is good but for that. */
  readonly isRevocation: boolean;
  /** What the fault is of, if a path was found at all. */
  readonly path: CertificatePath | null;
}

export function judgeCertificate(context: ValidationContext, judged: Judged): Judgement {
  const now = validateAt(context, judged, context.validationTime);
  if (judged.existedAt < judged.certificate.notBefore) return notYetValid(now);
  if (now.kind === 'valid') return passed('at-validation-time', now, now.revocation);
  // What exists since now, as far as anybody knows, was not better before.
  if (judged.existedAt >= context.validationTime || !isRescuable(context, now))
    return refused(context, now);
  const then = atBestSignatureTime(context, judged);
  if (then.kind === 'passed') return then;
  return inThePast(context, judged) ?? refusedSince(context, now, then);
}

function validateAt(
  context: ValidationContext,
  { certificate, purpose }: Pick<Judged, 'certificate' | 'purpose'>,
  at: UnixMillis,
): PathVerdict {
  const { policy, anchors, evidence, budget } = context;
  const { maxRevocationAgeMillis } = policy;
  return validateCertificatePath({
    target: certificate,
    intermediates: certificatesAtHand(context, certificate),
    anchors,
    at,
    purpose,
    policy: policy.algorithms,
    budget,
    ...(policy.revocation === 'not-asked'
      ? {}
      : {
          revocation: {
            evidence,
            need: policy.revocation,
            ...(maxRevocationAgeMillis === null ? {} : { maxAgeMillis: maxRevocationAgeMillis }),
          },
        }),
  });
}

/**
 * §5.5.4: the certificate itself is judged when its signature is known to have existed, so that it may
 * have expired or been revoked since. Whoever vouches for it, and for its revocation, is judged at the
 * instant of validation: a key that has been lost since could have made anything. The standard lets
 * pass a certificate whose authority was revoked later; that needs proofs of existence here.
 */
function atBestSignatureTime(
  context: ValidationContext,
  judged: Judged,
): PassedJudgement | NotVouchedFor {
  const then = validateAt(context, judged, judged.existedAt);
  if (then.kind === 'invalid') return { kind: 'not-vouched-for', isRevocationOutOfBounds: false };
  const doubt = doubtAbout(context, judged, then);
  return doubt ?? passed('at-best-signature-time', then, then.revocation);
}

interface NotVouchedFor {
  readonly kind: 'not-vouched-for';
  /** Whoever signed an answer about revocation has expired; all else would be good. */
  readonly isRevocationOutOfBounds: boolean;
}

/** Null if whoever vouches for a path, and for what was answered about it, is good as of now. */
function doubtAbout(
  context: ValidationContext,
  { purpose }: Judged,
  then: ValidPath,
): NotVouchedFor | null {
  const { validationTime } = context;
  const doubt = (isRevocationOutOfBounds: boolean): NotVouchedFor => {
    return { kind: 'not-vouched-for', isRevocationOutOfBounds };
  };
  // §5.5.4 step 10: what the verdict rests on, against the algorithms of now.
  const ends = [
    ...then.certificates.map((_, index) => certificateEnd(context, then, index)),
    ...then.revocation.map((each) =>
      each.kind === 'status' ? statusEnd(context, each.status, then) : null,
    ),
  ];
  if (!ends.every((end) => isAcceptedAt(end, validationTime))) return doubt(false);
  if (then.anchor.until !== null && then.anchor.until < validationTime) return doubt(false);
  const vouchers = new Set(then.certificates.slice(1));
  for (const each of then.revocation)
    if (each.kind === 'status') for (const issuer of each.status.issuerPath) vouchers.add(issuer);
  const failures = [...vouchers].flatMap((certificate) => {
    const verdict = validateAt(context, { certificate, purpose }, validationTime);
    // §5.5.4 step 6: the age of answers counts when the signature existed, and they passed then.
    const isStale =
      verdict.kind === 'invalid' &&
      verdict.reason === 'TRY_LATER' &&
      verdict.revokedAt === undefined;
    return verdict.kind === 'valid' || isStale ? [] : [{ certificate, reason: verdict.reason }];
  });
  if (failures.length === 0) return null;
  return doubt(
    failures.every(
      ({ certificate, reason }) => reason === 'EXPIRED' && !then.certificates.includes(certificate),
    ),
  );
}

/** §5.6.2.1 and §5.6.2.4. */
function inThePast(context: ValidationContext, judged: Judged): Judgement | null {
  const { certificate, purpose } = judged;
  const { paths } = pathsInThePast({
    target: certificate,
    intermediates: certificatesAtHand(context, certificate),
    anchors: context.anchors,
    purpose,
    policy: context.policy.algorithms,
    budget: context.budget,
  });
  for (const path of paths) {
    const slid = slide(context, path, judged);
    if (slid !== null && judged.existedAt <= slid.controlTime)
      return passed('in-the-past', path, slid.revocation);
  }
  return null;
}

function passed(
  way: PathWay,
  { certificates, anchor }: CertificatePath,
  revocation: readonly CertificateRevocation[],
): PassedJudgement {
  return { kind: 'passed', way, path: { certificates, anchor }, revocation };
}

function refusedSince(
  context: ValidationContext,
  now: InvalidPath,
  { isRevocationOutOfBounds }: NotVouchedFor,
): RefusedJudgement {
  if (!isRevocationOutOfBounds) return refused(context, now);
  const says =
    'Whoever answered about its revocation has expired, and nothing proves that the answer is older.';
  return {
    kind: 'refused',
    refusal: { subIndication: 'REVOCATION_OUT_OF_BOUNDS_NO_POE', says },
    isRevocation: true,
    path: now.path,
  };
}

function refused(context: ValidationContext, failure: InvalidPath): RefusedJudgement {
  return { kind: 'refused', ...refusalOf(context, failure), path: failure.path };
}

/** No later proof can help: it existed before its certificate did. */
function notYetValid(verdict: PathVerdict): RefusedJudgement {
  const path = verdict.kind === 'valid' ? verdict : verdict.path;
  const says = "The signature existed before the signer's certificate was valid.";
  return {
    kind: 'refused',
    refusal: { subIndication: 'NOT_YET_VALID', says },
    isRevocation: false,
    path,
  };
}
