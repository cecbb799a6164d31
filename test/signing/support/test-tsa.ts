/** A time-stamping authority (RFC 3161) that stamps whatever it is given, whenever it is told to. */
import type { UnixMillis } from '../../../src/base/brand.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../../src/signing/algorithms.js';
import { keyUsage } from '../../../src/signing/certificate-builder.js';
import { parseSignedData, type SignedData } from '../../../src/signing/cms-signed-data.js';
import { derBytes, type DerNode, readDer } from '../../../src/signing/der-reader.js';
import { contextTag, TAG } from '../../../src/signing/der-tag.js';
import { readOctetString } from '../../../src/signing/der-values.js';
import {
  der,
  derExplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
} from '../../../src/signing/der-writer.js';
import {
  type DigestAlgorithm,
  digestOf,
  DIGESTS,
  readDigestAlgorithm,
} from '../../../src/signing/digest-algorithms.js';
import { OID } from '../../../src/signing/oids.js';
import { formatInstant } from '../../../src/base/time.js';
import { utf8 } from '../../../src/base/bytes.js';
import { type Identity, issueTo, NOW } from './test-pki.js';

/** What `archiveTimeStampCoverage` wants of a token, and the token. */
export interface TestToken {
  readonly der: Uint8Array;
  readonly signedData: SignedData;
  readonly info: { readonly imprint: { digest: DigestAlgorithm; hash: Uint8Array } };
}

export function issueTsa(name: string, issuer: Identity): Identity {
  const timeStamping = derSequence(derOid(OID.timeStamping));
  return issueTo({
    name,
    issuer,
    extensions: [
      keyUsage('digitalSignature'),
      { oid: OID.extKeyUsage, isCritical: true, value: timeStamping },
    ],
  });
}

export function stamp(
  { certificate, privateKey }: Identity,
  { digest = DIGESTS.sha256, hash, at = NOW }: Stamping,
): TestToken {
  const algorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
  const content = tstInfo(digest, hash, at);
  const essCertId = derSequence(derOctetString(certificate.sha256));
  const attributes = derSetOf([
    attribute(OID.contentType, derOid(OID.tstInfo)),
    attribute(OID.messageDigest, derOctetString(digestOf(algorithm.digest, content))),
    attribute(OID.signingCertificateV2, derSequence(derSequence(essCertId))),
  ]);
  const signedAttributes = Uint8Array.from(attributes);
  signedAttributes[0] = contextTag(0);
  const signerInfo = derSequence(
    derInteger(1),
    derSequence(certificate.issuer.der, der(TAG.integer, certificate.serialNumber)),
    algorithm.digest.identifier,
    signedAttributes,
    algorithm.identifier,
    derOctetString(createSignature(algorithm, privateKey, attributes)),
  );
  const signedData = derSequence(
    derInteger(3),
    derSetOf([algorithm.digest.identifier]),
    derSequence(derOid(OID.tstInfo), derExplicit(0, derOctetString(content))),
    derSetOf([certificate.der], contextTag(0)),
    derSetOf([signerInfo]),
  );
  return tokenFrom(readDer(derSequence(derOid(OID.signedData), derExplicit(0, signedData))));
}

/** A token that stands in a signature. */
export function tokenFrom(node: DerNode): TestToken {
  const signedData = parseSignedData(derBytes(node), 'time-stamp-token');
  const [, , imprint] = readDer(signedData.content ?? new Uint8Array()).children;
  const [algorithm, hash] = imprint?.children ?? [];
  if (algorithm === undefined || hash === undefined) throw new Error('no TSTInfo');
  return {
    der: derBytes(node),
    signedData,
    info: { imprint: { digest: readDigestAlgorithm(algorithm), hash: readOctetString(hash) } },
  };
}

interface Stamping {
  readonly digest?: DigestAlgorithm;
  readonly hash: Uint8Array;
  readonly at?: UnixMillis;
}

/** RFC 3161 §2.4.2, without what is optional. */
function tstInfo(digest: DigestAlgorithm, hash: Uint8Array, at: UnixMillis): Uint8Array {
  const genTime = formatInstant(at).replace(/[-:T]|\.\d{3}/g, '');
  return derSequence(
    derInteger(1),
    derOid('1.2.3.4.1'),
    derSequence(digest.identifier, derOctetString(hash)),
    derInteger(at),
    der(TAG.generalizedTime, utf8(genTime)),
  );
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return derSequence(derOid(type), derSetOf([value]));
}
