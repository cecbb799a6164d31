/** Time-stamping authorities, their tokens, and tokens bent out of shape. */
import { sha256 } from '../../../src/base/hash.js';
import {
  createSignature,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithmName,
} from '../../../src/signing/algorithms.js';
import { type Extension, keyUsage } from '../../../src/signing/certificate-builder.js';
import { derOctetString, derOid, derSequence } from '../../../src/signing/der-writer.js';
import { digestOf } from '../../../src/signing/digest-algorithms.js';
import { OID } from '../../../src/signing/oids.js';
import {
  completeTimeStamp,
  prepareTimeStamp,
  type TimeStampIssuer,
} from '../../../src/signing/time-stamp-issuer.js';
import {
  encodeTimeStampRequest,
  parseTimeStampRequest,
  type TimeStampOrder,
  type TimeStampRequest,
} from '../../../src/signing/time-stamp-request.js';
import { type CmsParts, partsOf, setAttribute } from './cms-forge.js';
import { at, encode } from './der-tree.js';
import { type Identity, issueTo, NOW, type Order } from './test-pki.js';

export const POLICY = '1.3.6.1.4.1.32473.1';

export function extendedKeyUsage(purposes: readonly string[], isCritical = true): Extension {
  return {
    oid: OID.extKeyUsage,
    isCritical,
    value: derSequence(...purposes.map(derOid)),
  };
}

export function issueTsa(order: Order): Identity {
  return issueTo({
    extensions: [keyUsage('digitalSignature'), extendedKeyUsage([OID.timeStamping])],
    ...order,
  });
}

export function issuerOf(
  { certificate }: Identity,
  options: Partial<TimeStampIssuer> & { algorithm?: SignatureAlgorithmName } = {},
): TimeStampIssuer {
  const { algorithm = 'ecdsa-sha256', ...parts } = options;
  return {
    certificate,
    chain: [],
    signatureAlgorithm: SIGNATURE_ALGORITHMS[algorithm],
    policy: POLICY,
    accuracyMillis: 1_000,
    ...parts,
  };
}

export function requestFor(
  content: Uint8Array,
  order: Partial<TimeStampOrder> = {},
): TimeStampRequest {
  const nonce = Uint8Array.of(0xca, 0xfe, 1);
  return parseTimeStampRequest(
    encodeTimeStampRequest({ digest: 'sha256', hash: sha256(content), nonce, ...order }),
  );
}

export function stampedBy(
  tsa: Identity,
  issuer: TimeStampIssuer,
  request: TimeStampRequest,
  genTime = NOW,
): Uint8Array {
  const prepared = prepareTimeStamp(issuer, request, { serialNumber: Uint8Array.of(9), genTime });
  const { signatureAlgorithm } = issuer;
  return completeTimeStamp(
    prepared,
    createSignature(signatureAlgorithm, tsa.privateKey, prepared.toBeSigned),
  );
}

/** A token bent, and unless told otherwise signed again as it then is. */
export function forgeToken(
  tsa: Identity,
  token: Uint8Array,
  edit: (parts: CmsParts) => void,
  resign = true,
): Uint8Array {
  const parts = partsOf(token);
  edit(parts);
  if (resign)
    at(parts.signerInfo, 5).content = createSignature(
      SIGNATURE_ALGORITHMS['ecdsa-sha256'],
      tsa.privateKey,
      encode({ ...parts.attributes, tag: 0x31 }),
    );
  return encode(parts.contentInfo);
}

export function contentOf({ signedData }: CmsParts): Uint8Array {
  return at(signedData, 2, 1, 0).content ?? new Uint8Array();
}

/** Another TSTInfo, and the message digest of it. */
export function setContent(parts: CmsParts, content: Uint8Array): void {
  at(parts.signedData, 2, 1, 0).content = content;
  const digest = digestOf(SIGNATURE_ALGORITHMS['ecdsa-sha256'].digest, content);
  setAttribute(parts.attributes, OID.messageDigest, derOctetString(digest));
}
