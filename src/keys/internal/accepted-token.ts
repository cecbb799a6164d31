/** The token in an authority's answer, once everything about it has been found to hold. */
import type { UnixMillis } from '../../base/brand.js';
import { ALGORITHM_POLICY_2026_11 } from '../../signing/algorithm-policy.js';
import { validateCertificatePath } from '../../signing/certificate-path.js';
import { SigningError } from '../../signing/signing-error.js';
import type { TimeStampRequest } from '../../signing/time-stamp-request.js';
import {
  checkTimeStampResponse,
  type RefusedResponse,
} from '../../signing/time-stamp-response-check.js';
import {
  parseTimeStampResponse,
  type TimeStampResponse,
} from '../../signing/time-stamp-response.js';
import type { TimeStampToken } from '../../signing/time-stamp-token.js';
import type { TrustAnchor } from '../../signing/trust-anchor.js';
import { TimeStampError } from '../time-stamp-error.js';

export interface Acceptance {
  readonly request: TimeStampRequest;
  readonly anchors: readonly TrustAnchor[];
  /** By our clock; the token was made in between. */
  readonly sentAt: UnixMillis;
  readonly receivedAt: UnixMillis;
  readonly toleranceMillis: number;
}

/** @throws TimeStampError TIME_STAMP_REJECTED, _UNUSABLE, _CLOCK, _UNTRUSTED. */
export function acceptedToken(
  bytes: Uint8Array,
  { request, anchors, sentAt, receivedAt, toleranceMillis }: Acceptance,
): TimeStampToken {
  const middle = Math.round((sentAt + receivedAt) / 2) as UnixMillis;
  const checked = checkTimeStampResponse(request, parsed(bytes), {
    now: middle,
    toleranceMillis: toleranceMillis + Math.abs(receivedAt - sentAt) / 2,
    policy: ALGORITHM_POLICY_2026_11,
  });
  if (checked.kind === 'refused') throw refusal(checked);
  const { token, certificate } = checked;
  const verdict = validateCertificatePath({
    target: certificate,
    intermediates: token.signedData.certificates,
    anchors,
    at: token.info.genTime,
    purpose: 'time-stamp',
  });
  if (verdict.kind === 'invalid')
    throw new TimeStampError(
      'TIME_STAMP_UNTRUSTED',
      `the authority's certificate is not trusted for time-stamps (${verdict.reason}): add its root to the trust file, if it should be`,
    );
  return token;
}

function parsed(bytes: Uint8Array): TimeStampResponse {
  try {
    return parseTimeStampResponse(bytes);
  } catch (cause) {
    if (!(cause instanceof SigningError)) throw cause;
    throw new TimeStampError(
      'TIME_STAMP_UNUSABLE',
      'what the authority answers is no time-stamp that can be read: see the cause',
      { cause },
    );
  }
}

function refusal({ flaw, says }: RefusedResponse): TimeStampError {
  switch (flaw) {
    case 'rejected':
      return new TimeStampError('TIME_STAMP_REJECTED', says);
    case 'implausible-time':
      return new TimeStampError('TIME_STAMP_CLOCK', says);
    default:
      return new TimeStampError('TIME_STAMP_UNUSABLE', says);
  }
}
