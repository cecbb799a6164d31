import { describe, expect, it } from '@jest/globals';
import { ALGORITHM_POLICY_2026_11 } from '../../src/signing/algorithm-policy.js';
import { archiveTimeStampCoverage } from '../../src/signing/archive-time-stamp.js';
import {
  unsignedAttribute,
  unsignedValues,
  withValidationData,
} from '../../src/signing/cades-levels.js';
import { parseSignedData, type SignedData } from '../../src/signing/cms-signed-data.js';
import {
  checkCounterSignature,
  counterSignatureFrom,
  type GenuineCounterSignature,
} from '../../src/signing/counter-signature.js';
import { derBytes, readDer } from '../../src/signing/der-reader.js';
import { derNull, derOctetString, derOid, derSequence } from '../../src/signing/der-writer.js';
import { digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import { sha1Identifier } from '../../src/signing/identifier-digest.js';
import { addToSignedData } from '../../src/signing/internal/signed-data-additions.js';
import { OID } from '../../src/signing/oids.js';
import type { Refusal } from '../../src/signing/signature-report.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { type CounterAttributes, counterSign } from './support/counter-signer.js';
import { at, encode, treeOf } from './support/der-tree.js';
import { archive, basic, content, only, sub, timeStamped } from './support/levels.js';
import { issueTo, newKey, signCades } from './support/test-pki.js';
import { tokenFrom } from './support/test-tsa.js';

const witness = issueTo({ name: 'Witness', issuer: sub, serialNumber: 12 });
const certificates = [witness.certificate.der];
const withWitness = withValidationData(basic, { certificates, crls: [], ocspResponses: [] });
const signedData = parseSignedData(withWitness);
const { signature } = signedData.signer;
const MALFORMED: unknown = expect.objectContaining({ code: 'CMS_MALFORMED' });

describe('a counter-signature', () => {
  const counterSigned = addToSignedData(withWitness, {
    unsignedAttributes: [unsignedAttribute(OID.countersignature, counterSign(witness, signature))],
  });

  it('confirms the signature that it lies in, by the key of a certificate there', () => {
    const parsed = parseSignedData(counterSigned);
    const found = check(derBytes(only(unsignedValues(parsed, OID.countersignature))), parsed);
    expect(found).toMatchObject({ algorithm: { name: 'ecdsa-sha256' }, end: null });
    expect((found as GenuineCounterSignature).certificate.sha256).toEqual(
      witness.certificate.sha256,
    );
  });

  it('is covered by archive time-stamps that come later', () => {
    const archived = parseSignedData(archive(counterSigned));
    const node = only(unsignedValues(archived, OID.archiveTimeStampV3));
    const coverage = archiveTimeStampCoverage(archived, tokenFrom(node), (digest) =>
      digestOf(digest, content),
    );
    expect(coverage).toMatchObject({
      covers: { unsignedValues: [{ type: OID.countersignature }] },
    });
  });

  it('is not one of another signature, of the content or of the whole', () => {
    const other = parseSignedData(signCades(issueTo({ name: 'Other', issuer: sub }), content));
    const notThis = { subIndication: 'HASH_FAILURE' };
    expect(check(counterSign(witness, other.signer.signature))).toMatchObject(notThis);
    expect(check(counterSign(witness, content))).toMatchObject(notThis);
    expect(check(counterSign(witness, derOctetString(signature)))).toMatchObject(notThis);
  });

  it('is nobody’s without the certificate, or with the name of another', () => {
    expect(check(counterSign(witness, signature), parseSignedData(basic))).toMatchObject({
      subIndication: 'NO_SIGNING_CERTIFICATE_FOUND',
    });
    const nameless = counterSign(witness, signature, (attributes) =>
      attributes.delete(OID.signingCertificateV2),
    );
    expect(check(nameless)).toMatchObject({ subIndication: 'SIG_CONSTRAINTS_FAILURE' });
    const misnamed = counterSign(witness, signature, (attributes) =>
      attributes.set(OID.signingCertificateV2, signingCertificate(sub.certificate.sha256)),
    );
    expect(check(misnamed)).toMatchObject({ subIndication: 'NO_SIGNING_CERTIFICATE_FOUND' });
  });

  it('is not made by another key, nor with an algorithm that it does not itself state', () => {
    const forged = counterSign({ ...witness, privateKey: newKey() }, signature);
    expect(check(forged)).toMatchObject({ subIndication: 'SIG_CRYPTO_FAILURE' });
    const protectedOtherwise = counterSign(witness, signature, (attributes) => {
      const algorithm = derSequence(derOid(OID.ecdsaWithSha384));
      algorithm[0] = 0xa1;
      attributes.set(OID.cmsAlgorithmProtection, derSequence(DIGESTS.sha256.identifier, algorithm));
    });
    expect(check(protectedOtherwise)).toMatchObject({ subIndication: 'SIG_CRYPTO_FAILURE' });
  });

  it('is not accepted under a policy that does not have its algorithm', () => {
    const none = { ...ALGORITHM_POLICY_2026_11, schemes: [] };
    const counterSignature = counterSignatureFrom(readDer(counterSign(witness, signature)));
    expect(checkCounterSignature(counterSignature, signedData, none)).toMatchObject({
      subIndication: 'CRYPTO_CONSTRAINTS_FAILURE',
    });
  });

  it('is not read with a content-type, without a message-digest, or with two names', () => {
    const edits: ((attributes: CounterAttributes) => unknown)[] = [
      (attributes) => attributes.set(OID.contentType, derOid(OID.data)),
      (attributes) => attributes.delete(OID.messageDigest),
      (attributes) =>
        attributes.set(
          OID.signingCertificate,
          signingCertificate(sha1Identifier(witness.certificate.der)),
        ),
    ];
    for (const edit of edits)
      expect(() => counterSignatureFrom(readDer(counterSign(witness, signature, edit)))).toThrow(
        MALFORMED,
      );
    for (const bytes of [derNull(), derSequence()])
      expect(() => counterSignatureFrom(readDer(bytes))).toThrow(MALFORMED);
  });

  it('is refused after every change of a byte of it', () => {
    const genuine = counterSign(witness, signature);
    for (let index = 0; index < genuine.length; index++) {
      const changed = Uint8Array.from(genuine);
      changed[index] = (changed[index] ?? 0) ^ (1 << (index & 7));
      expect(isGenuine(changed)).toBe(false);
    }
    expect(isGenuine(genuine)).toBe(true);
  });
});

it('the signer of a signature is not read for a counter-signature', () => {
  const signerInfo = at(treeOf(timeStamped), 1, 0, -1, 0);
  expect(() => counterSignatureFrom(readDer(encode(signerInfo)))).toThrow(MALFORMED);
});

function check(
  counterSignature: Uint8Array,
  of: SignedData = signedData,
): GenuineCounterSignature | Refusal {
  const read = counterSignatureFrom(readDer(counterSignature));
  return checkCounterSignature(read, of, ALGORITHM_POLICY_2026_11);
}

function isGenuine(counterSignature: Uint8Array): boolean {
  try {
    return 'certificate' in check(counterSignature);
  } catch (error) {
    if (error instanceof SigningError) return false;
    throw error;
  }
}

function signingCertificate(hash: Uint8Array): Uint8Array {
  return derSequence(derSequence(derSequence(derOctetString(hash))));
}
