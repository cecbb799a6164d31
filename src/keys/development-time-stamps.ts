/**
 * The embedded time-stamp authority: in this process, on this machine's clock, under the development CA. It
 * goes the whole way from a request to a validated answer, so that what is tried out with it is what
 * happens with a real one.
 */
import { randomBytes, type RandomSource } from '../base/random.js';
import type { Clock } from '../base/time.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../signing/algorithms.js';
import { parseCertificate } from '../signing/certificate.js';
import { importPrivateKey } from '../signing/private-key.js';
import {
  completeTimeStamp,
  prepareTimeStamp,
  type TimeStampIssuer,
} from '../signing/time-stamp-issuer.js';
import { encodeTimeStampRequest, parseTimeStampRequest } from '../signing/time-stamp-request.js';
import { encodeGrantedTimeStamp } from '../signing/time-stamp-response.js';
import { trustAnchorFrom } from '../signing/trust-anchor.js';
import { serialNumber } from './development-authority.js';
import { acceptedToken } from './internal/accepted-token.js';
import type { DevelopmentAuthorityKeys } from './key-store.js';
import type { TimeStampAuthority } from './time-stamp-authority.js';

/**
 * A policy that nobody stands behind: the arc of UUIDs (ITU-T X.667), under that of version 5 of the text
 * "chirograph development time-stamps" in the name space of URLs.
 */
export const DEVELOPMENT_POLICY = '2.25.3234819567321275991518647044665607615';

export function developmentTimeStamps(
  keys: Pick<
    DevelopmentAuthorityKeys,
    'caCertificate' | 'timeStampCertificate' | 'timeStampPrivateKey'
  >,
  { clock, random }: { readonly clock: Clock; readonly random: RandomSource },
): TimeStampAuthority {
  const signatureAlgorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
  const privateKey = importPrivateKey(keys.timeStampPrivateKey);
  const anchors = [trustAnchorFrom(parseCertificate(keys.caCertificate))];
  const issuer: TimeStampIssuer = {
    certificate: parseCertificate(keys.timeStampCertificate),
    chain: [],
    signatureAlgorithm,
    policy: DEVELOPMENT_POLICY,
    accuracyMillis: 1_000,
  };
  return {
    name: 'development',
    stamp({ digest, hash }) {
      const nonce = randomBytes(random, 16);
      const request = parseTimeStampRequest(encodeTimeStampRequest({ digest, hash, nonce }));
      const at = clock.now();
      const prepared = prepareTimeStamp(issuer, request, {
        serialNumber: serialNumber((length) => randomBytes(random, length)),
        genTime: at,
      });
      const value = createSignature(signatureAlgorithm, privateKey, prepared.toBeSigned);
      const response = encodeGrantedTimeStamp(completeTimeStamp(prepared, value));
      const circumstances = { anchors, sentAt: at, receivedAt: at, toleranceMillis: 0 };
      return Promise.resolve(acceptedToken(response, { request, ...circumstances }));
    },
  };
}
