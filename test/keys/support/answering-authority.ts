/** What a time-stamp authority answers to a request, honest unless it is told otherwise. */
import type { UnixMillis } from '../../../src/base/brand.js';
import { serialNumber } from '../../../src/keys/development-authority.js';
import { DEVELOPMENT_POLICY } from '../../../src/keys/development-time-stamps.js';
import type { DevelopmentAuthorityKeys } from '../../../src/keys/key-store.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../../src/signing/algorithms.js';
import { parseCertificate } from '../../../src/signing/certificate.js';
import { importPrivateKey } from '../../../src/signing/private-key.js';
import { completeTimeStamp, prepareTimeStamp } from '../../../src/signing/time-stamp-issuer.js';
import {
  parseTimeStampRequest,
  type TimeStampRequest,
} from '../../../src/signing/time-stamp-request.js';
import { encodeGrantedTimeStamp } from '../../../src/signing/time-stamp-response.js';

export interface Granting {
  readonly now: number;
  readonly random: (length: number) => Uint8Array;
  readonly policy?: string;
  /** What it makes of what it was asked. */
  readonly request?: (request: TimeStampRequest) => TimeStampRequest;
}

/** The response, DER. */
export function grantedBy(
  keys: Pick<DevelopmentAuthorityKeys, 'timeStampCertificate' | 'timeStampPrivateKey'>,
  body: Uint8Array,
  { now, random, policy = DEVELOPMENT_POLICY, request = (same) => same }: Granting,
): Uint8Array {
  const signatureAlgorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
  const prepared = prepareTimeStamp(
    {
      certificate: parseCertificate(keys.timeStampCertificate),
      chain: [],
      signatureAlgorithm,
      policy,
      accuracyMillis: null,
    },
    { ...request(parseTimeStampRequest(body)), policy: null },
    { serialNumber: serialNumber(random), genTime: now as UnixMillis },
  );
  const key = importPrivateKey(keys.timeStampPrivateKey);
  const value = createSignature(signatureAlgorithm, key, prepared.toBeSigned);
  return encodeGrantedTimeStamp(completeTimeStamp(prepared, value));
}
