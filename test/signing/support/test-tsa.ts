/** A time-stamping authority (RFC 3161) that stamps whatever it is given, whenever it is told to. */
import type { UnixMillis } from '../../../src/base/brand.js';
import { derBytes, type DerNode } from '../../../src/signing/der-reader.js';
import { type DigestAlgorithm, DIGESTS } from '../../../src/signing/digest-algorithms.js';
import {
  encodeTimeStampRequest,
  parseTimeStampRequest,
} from '../../../src/signing/time-stamp-request.js';
import { parseTimeStampToken, type TimeStampToken } from '../../../src/signing/time-stamp-token.js';
import { type Identity, NOW } from './test-pki.js';
import { issuerOf, issueTsa as issueTo, stampedBy } from './time-stamping.js';

export function issueTsa(name: string, issuer: Identity): Identity {
  return issueTo({ name, issuer });
}

export interface Stamping {
  readonly digest?: DigestAlgorithm;
  readonly hash: Uint8Array;
  readonly at?: UnixMillis;
}

export function stamp(
  tsa: Identity,
  { digest = DIGESTS.sha256, hash, at = NOW }: Stamping,
): TimeStampToken {
  const request = encodeTimeStampRequest({ digest: digest.name, hash, nonce: null });
  return parseTimeStampToken(stampedBy(tsa, issuerOf(tsa), parseTimeStampRequest(request), at));
}

/** A token that stands in a signature. */
export function tokenFrom(node: DerNode): TimeStampToken {
  return parseTimeStampToken(derBytes(node));
}
