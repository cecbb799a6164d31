/** A signature at each level, with what it took. */
import { utf8 } from '../../../src/base/bytes.js';
import {
  prepareArchiveTimeStamp,
  withArchiveTimeStamp,
} from '../../../src/signing/archive-time-stamp.js';
import {
  signatureImprint,
  type ValidationData,
  withSignatureTimeStamp,
  withValidationData,
} from '../../../src/signing/cades-levels.js';
import { parseSignedData } from '../../../src/signing/cms-signed-data.js';
import { type DigestAlgorithm, digestOf, DIGESTS } from '../../../src/signing/digest-algorithms.js';
import { issueCrl, issueOcspResponse } from './simple-revocation.js';
import { type Identity, issueCa, issueTo, signCades } from './test-pki.js';
import { issueTsa, stamp } from './test-tsa.js';

export const root = issueCa({ name: 'Root' });
export const sub = issueCa({ name: 'Sub', issuer: root });
export const signer = issueTo({ name: 'Signer', issuer: sub, serialNumber: 7 });
export const tsaRoot = issueCa({ name: 'Time Root' });
export const tsa = issueTsa('Time', tsaRoot);
export const laterTsa = issueTsa('Later Time', tsaRoot);
export const content = utf8('what is signed');

export const validationData: ValidationData = {
  certificates: [root, sub, tsa, tsaRoot].map(({ certificate }) => certificate.der),
  crls: [issueCrl(root), issueCrl(tsaRoot)],
  ocspResponses: [issueOcspResponse(sub, signer)],
};

export const basic = signCades(signer, content, { chain: [sub] });
export const timeStamped = timeStamp(basic);
export const longTerm = withValidationData(timeStamped, validationData);
export const archived = archive(longTerm);
export const renewed = archive(
  withValidationData(archived, {
    certificates: [laterTsa.certificate.der],
    crls: [issueCrl(tsaRoot, { number: 2 })],
    ocspResponses: [],
  }),
  DIGESTS.sha512,
  laterTsa,
);

export function timeStamp(cms: Uint8Array, authority: Identity = tsa): Uint8Array {
  const hash = signatureImprint(parseSignedData(cms), DIGESTS.sha256);
  return withSignatureTimeStamp(cms, stamp(authority, { hash }));
}

export function archive(
  cms: Uint8Array,
  digest: DigestAlgorithm = DIGESTS.sha256,
  authority: Identity = tsa,
): Uint8Array {
  const prepared = prepareArchiveTimeStamp(cms, digestOf(digest, content), digest);
  const token = stamp(authority, { digest, hash: prepared.imprint });
  return withArchiveTimeStamp(cms, token, prepared.hashIndex);
}

/** @throws Error if there is none, or another. */
export function only<T>(list: readonly T[]): T {
  const [one, ...more] = list;
  if (one === undefined || more.length > 0) throw new Error('not exactly one');
  return one;
}
