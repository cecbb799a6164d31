/** Attacks on the signed attributes by one who can sign them again, and so on what they cover. */
import { describe } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { der, derNull, derOctetString, derOid, derSequence } from '../../src/signing/der-writer.js';
import { OID } from '../../src/signing/oids.js';
import { type Attack, content, forged, itAnswers, root, signer, sub } from './support/attack.js';
import { addAttribute, attributeOf, removeAttribute, setAttribute } from './support/cms-forge.js';
import { at, treeOf } from './support/der-tree.js';
import { type Identity } from './support/test-pki.js';

const ofAttributes: readonly Attack[] = [
  {
    name: 'attributes out of order, signed in that order',
    cms: forged(({ attributes }) => attributes.children.reverse()),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'an attribute twice',
    cms: forged(({ attributes }) => {
      addAttribute(attributes, OID.messageDigest, derOctetString(sha256(utf8('other'))));
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'two attributes that name the signing certificate',
    cms: forged(({ attributes }) => {
      const id = derSequence(derOctetString(new Uint8Array(20)));
      addAttribute(attributes, OID.signingCertificate, derSequence(derSequence(id)));
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'an attribute with two values',
    cms: forged(({ attributes }) => {
      const [digest, other] = [sha256(content), sha256(utf8('other'))].map(derOctetString);
      setAttribute(attributes, OID.messageDigest, ...[digest, other].flatMap((each) => each ?? []));
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'an attribute without a value',
    cms: forged(({ attributes }) => {
      at(attributeOf(attributes, OID.contentType), 1).children = [];
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'more attributes than anyone needs',
    cms: forged(({ attributes }) => {
      for (let i = 0; i < 32; i++) addAttribute(attributes, `1.2.3.${i}`, derNull());
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'no content-type',
    cms: forged(({ attributes }) => {
      removeAttribute(attributes, OID.contentType);
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'no message-digest',
    cms: forged(({ attributes }) => {
      removeAttribute(attributes, OID.messageDigest);
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a content-type that is not the one stated',
    cms: forged(({ attributes }) => {
      setAttribute(attributes, OID.contentType, derOid(OID.signedData));
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a content type that is not id-data, signed as such',
    cms: forged(({ attributes, signedData }) => {
      setAttribute(attributes, OID.contentType, derOid('1.2.3'));
      at(signedData, 2).children[0] = treeOf(derOid('1.2.3'));
      at(signedData, 0).content = Uint8Array.of(3);
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a signing time that does not exist',
    cms: forged(({ attributes }) => {
      setAttribute(attributes, OID.signingTime, der(0x17, Buffer.from('260230000000Z')));
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'no signing time',
    cms: forged(({ attributes }) => {
      removeAttribute(attributes, OID.signingTime);
    }),
    expected: 'SIG_CONSTRAINTS_FAILURE',
  },
  {
    name: 'no signing-certificate-v2',
    cms: forged(({ attributes }) => {
      removeAttribute(attributes, OID.signingCertificateV2);
    }),
    expected: 'SIG_CONSTRAINTS_FAILURE',
  },
  {
    name: 'a signing-certificate-v2 that names nothing',
    cms: forged(({ attributes }) => {
      setAttribute(attributes, OID.signingCertificateV2, derSequence(derSequence()));
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a signing-certificate-v2 for another certificate',
    cms: forged(({ attributes }) => {
      setAttribute(attributes, OID.signingCertificateV2, namesBySha256(sub));
    }),
    expected: 'NO_SIGNING_CERTIFICATE_FOUND',
  },
  {
    name: 'a signing-certificate-v2 with the right hash and another serial number',
    cms: forged(({ attributes }) => {
      const serial = at(attributeOf(attributes, OID.signingCertificateV2), 1, 0, 0, 0, 1, 1);
      serial.content = Uint8Array.of(8);
    }),
    expected: 'NO_SIGNING_CERTIFICATE_FOUND',
  },
  {
    name: 'a signing-certificate-v2 by SHA-1',
    cms: forged(({ attributes }) => {
      const sha1 = derSequence(derOid('1.3.14.3.2.26'));
      const id = derSequence(sha1, derOctetString(new Uint8Array(20)));
      setAttribute(attributes, OID.signingCertificateV2, derSequence(derSequence(id)));
    }),
    expected: 'CRYPTO_CONSTRAINTS_FAILURE',
  },
  {
    name: 'a path through a certificate that signing-certificate-v2 leaves out',
    cms: forged(({ attributes }) => {
      setAttribute(attributes, OID.signingCertificateV2, namesBySha256(signer, root));
    }),
    expected: 'SIG_CONSTRAINTS_FAILURE',
  },
];

describe('the validator answers', () => {
  itAnswers(ofAttributes);
});

function namesBySha256(...identities: readonly Identity[]): Uint8Array {
  const ids = identities.map(({ certificate }) => derSequence(derOctetString(certificate.sha256)));
  return derSequence(derSequence(...ids));
}
