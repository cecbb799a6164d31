/**
 * Validation time sliding (EN 319 102-1 §5.6.2.2): up to which instant can a path be relied on, seen from
 * the instant of validation? The answer, the control time, starts there and goes back for every
 * certificate from the anchor down that is revoked, out of date, of which the last answer has grown old,
 * or whose algorithm has had its day. What its holder signed counts if it is proven to be older.
 *
 * Stricter than the standard in one point: the control time goes back to the end of each certificate
 * that has expired. Who holds a key after that is nobody's concern, so what it signs later is worth
 * nothing, a CRL with an early date in particular.
 */
import type { UnixMillis } from '../../base/brand.js';
import type { Certificate } from '../certificate.js';
import type { CertificatePath } from '../path-verdict.js';
import { objectId } from '../proof-of-existence.js';
import { revocationBy } from '../revocation-status.js';
import type { CertificateRevocation, RevocationStatus } from '../revocation.js';
import { exemptionOf, isOffered } from './path-revocation.js';
import { certificateEnd, freshUntil, isFreshAt, statusEnd, statusesOf } from './path-status.js';
import type { Judged, ValidationContext } from './validation-context.js';

export interface SlidTime {
  readonly controlTime: UnixMillis;
  /** What was relied on, from the end entity up. */
  readonly revocation: readonly CertificateRevocation[];
}

/** @returns null if something that is needed is not proven to have existed in time. */
export function slide(
  context: ValidationContext,
  path: CertificatePath,
  judged: Judged,
): SlidTime | null {
  const { anchor, certificates } = path;
  let controlTime = earliest(context.validationTime, anchor.until);
  const revocation: CertificateRevocation[] = [];
  for (let index = certificates.length - 1; index >= 0; index--) {
    const certificate = certificates[index];
    if (certificate === undefined) return null;
    // The signature names its certificate under its own hash, so it proves it as well.
    const existed = index === 0 ? judged.existedAt : existedSince(context, certificate);
    if (Math.min(existed, existedSince(context, certificate)) > controlTime) return null;

    const end = certificateEnd(context, path, index);
    if (end === 'never') return null;
    controlTime = earliest(controlTime, end);

    const answer = answerBefore(context, path, index, controlTime);
    if (answer === null) return null;
    revocation.unshift(answer);
    if (answer.kind === 'status')
      controlTime = earliest(controlTime, limitOf(context, answer.status, path, controlTime));
    controlTime = earliest(controlTime, certificate.notAfter);
  }
  return { controlTime, revocation };
}

/**
 * The newest answer that was made by the control time, by somebody who could still speak then, and is
 * itself proven to be no younger. Null if one is needed and there is none.
 */
function answerBefore(
  context: ValidationContext,
  path: CertificatePath,
  index: number,
  controlTime: UnixMillis,
): CertificateRevocation | null {
  const certificate = path.certificates[index];
  if (certificate === undefined) return null;
  if (context.policy.revocation === 'not-asked') return { kind: 'not-checked', why: 'not-asked' };
  const statuses = statusesOf(context, path, index, controlTime).filter((each) => {
    const existed = context.proofs.latestOf(each.evidence.map(objectId));
    const speakers = each.issuerPath.map(({ notAfter }) => notAfter);
    const spokenBy = Math.min(controlTime, ...speakers);
    return (
      each.issuedAt <= controlTime &&
      existed <= spokenBy &&
      statusEnd(context, each, path) !== 'never'
    );
  });
  // Revoked is for good, whatever a younger list says; it may be left out there once it has expired.
  const status = revocationBy(statuses, controlTime) ?? statuses[0];
  if (status !== undefined) return { kind: 'status', status };
  const exemption = exemptionOf(certificate);
  if (exemption !== null) return { kind: 'not-checked', why: exemption };
  const isNeeded =
    context.policy.revocation === 'required' ||
    isOffered(path, index, certificate, context.evidence);
  return isNeeded ? null : { kind: 'not-checked', why: 'not-offered' };
}

/** Up to when an answer lets its certificate be relied on. */
function limitOf(
  context: ValidationContext,
  status: RevocationStatus,
  path: CertificatePath,
  controlTime: UnixMillis,
): UnixMillis {
  const end = statusEnd(context, status, path);
  const limit = earliest(controlTime, end === 'never' ? null : end);
  if (status.outcome.kind === 'revoked') return earliest(limit, status.outcome.at);
  if (isFreshAt(context, status, limit)) return limit;
  const last =
    context.policy.slideTo === 'issuance' ? status.issuedAt : freshUntil(context, status);
  return earliest(limit, last);
}

function existedSince({ proofs }: ValidationContext, { sha256 }: Certificate): UnixMillis {
  return proofs.earliest(objectId(sha256)).time;
}

function earliest(time: UnixMillis, limit: UnixMillis | null): UnixMillis {
  return limit !== null && limit < time ? limit : time;
}
