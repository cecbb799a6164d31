/** Attacks on the signature value, the certificates and the path. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect } from '@jest/globals';
import { toHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { SIGNATURE_ALGORITHMS } from '../../src/signing/algorithms.js';
import { basicConstraints, keyUsage } from '../../src/signing/certificate-builder.js';
import { parseCertificate } from '../../src/signing/certificate.js';
import {
  der,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
  derSetOf,
} from '../../src/signing/der-writer.js';
import { DIGESTS } from '../../src/signing/digest-algorithms.js';
import { OID } from '../../src/signing/oids.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import {
  type Attack,
  cms,
  content,
  forged,
  itAnswers,
  root,
  setCertificates,
  signer,
  sub,
  tampered,
} from './support/attack.js';
import { forge, setAttribute } from './support/cms-forge.js';
import { at, encode, treeOf } from './support/der-tree.js';
import {
  type Identity,
  issueCa,
  issueTo,
  newKey,
  signCades,
  yearsFromNow,
} from './support/test-pki.js';

const ofSignature: readonly Attack[] = [
  {
    name: 'a message-digest exchanged after signing',
    content: utf8('other'),
    cms: tampered(({ attributes }) => {
      setAttribute(attributes, OID.messageDigest, derOctetString(sha256(utf8('other'))));
    }),
    expected: 'SIG_CRYPTO_FAILURE',
  },
  {
    name: 'a signing time exchanged after signing',
    cms: replaced(toHex(utf8('260615120000Z')), toHex(utf8('250615120000Z'))),
    expected: 'SIG_CRYPTO_FAILURE',
  },
  {
    name: 'an altered signature value',
    cms: tampered(({ signerInfo }) => {
      const value = at(signerInfo, 5).content?.slice() ?? new Uint8Array();
      value[20] = (value[20] ?? 0) ^ 1;
      at(signerInfo, 5).content = value;
    }),
    expected: 'SIG_CRYPTO_FAILURE',
  },
  {
    name: 'an empty signature value',
    cms: tampered(({ signerInfo }) => (at(signerInfo, 5).content = new Uint8Array())),
    expected: 'SIG_CRYPTO_FAILURE',
  },
  {
    name: 'a signature value with zeros for r and s',
    cms: tampered(({ signerInfo }) => {
      at(signerInfo, 5).content = derSequence(derInteger(0), derInteger(0));
    }),
    expected: 'SIG_CRYPTO_FAILURE',
  },
  {
    name: 'the signature value of another signature by the same key',
    cms: tampered(({ signerInfo }) => {
      const other = treeOf(signCades(signer, utf8('other')));
      at(signerInfo, 5).content = at(other, 1, 0, -1, 0, 5).content ?? new Uint8Array();
    }),
    expected: 'SIG_CRYPTO_FAILURE',
  },
  {
    name: 'RSA under an identifier that means the same but was not signed',
    cms: forge(issueTo({ name: 'RSA', issuer: root, privateKey: newKey('RSA-2048') }), content, {
      algorithm: 'rsa-pkcs1-sha256',
      edit: ({ signerInfo }) => {
        at(signerInfo, 4).children[0] = treeOf(derOid(OID.rsaEncryption));
      },
    }),
    expected: 'SIG_CRYPTO_FAILURE',
  },
  {
    name: 'an algorithm protection for another digest',
    cms: forged(({ attributes }) => {
      const ecdsa = treeOf(SIGNATURE_ALGORITHMS['ecdsa-sha256'].identifier);
      const protection = derSequence(DIGESTS.sha512.identifier, encode({ ...ecdsa, tag: 0xa1 }));
      setAttribute(attributes, OID.cmsAlgorithmProtection, protection);
    }),
    expected: 'SIG_CRYPTO_FAILURE',
  },
  {
    name: 'SHA-1 as the digest',
    cms: tampered(({ signedData, signerInfo }) => {
      const sha1 = treeOf(derSequence(derOid('1.3.14.3.2.26')));
      at(signedData, 1).children = [sha1];
      signerInfo.children[2] = sha1;
    }),
    expected: 'CRYPTO_CONSTRAINTS_FAILURE',
  },
  {
    name: 'a digest other than that of the signature algorithm',
    cms: tampered(({ signedData, signerInfo }) => {
      const sha512 = treeOf(DIGESTS.sha512.identifier);
      at(signedData, 1).children = [sha512];
      signerInfo.children[2] = sha512;
    }),
    expected: 'CRYPTO_CONSTRAINTS_FAILURE',
  },
  {
    name: 'an unknown signature algorithm',
    cms: tampered(({ signerInfo }) => {
      signerInfo.children[4] = treeOf(derSequence(derOid('1.3.101.112')));
    }),
    expected: 'CRYPTO_CONSTRAINTS_FAILURE',
  },
  {
    name: 'an RSA key of 1,024 bits',
    cms: signCades(issueTo({ name: 'Weak', issuer: root, privateKey: rsa1024() }), content, {
      algorithm: 'rsa-pkcs1-sha256',
    }),
    expected: 'CRYPTO_CONSTRAINTS_FAILURE',
  },
];

const ofCertificates: readonly Attack[] = [
  {
    name: 'the certificate exchanged for one of the same issuer and serial number',
    cms: tampered((parts) => {
      const impostor = issueTo({ name: 'Signer', issuer: sub, serialNumber: 7 });
      setCertificates(parts, impostor, sub);
    }),
    expected: 'NO_SIGNING_CERTIFICATE_FOUND',
  },
  {
    name: 'the certificate left out',
    cms: tampered((parts) => {
      setCertificates(parts, sub);
    }),
    expected: 'NO_SIGNING_CERTIFICATE_FOUND',
  },
  {
    name: 'no certificates at all',
    cms: tampered(({ signedData }) => signedData.children.splice(3, 1)),
    expected: 'NO_SIGNING_CERTIFICATE_FOUND',
  },
  {
    name: 'a signer identifier that names another certificate',
    cms: tampered(({ signerInfo }) => (at(signerInfo, 1, 1).content = Uint8Array.of(8))),
    expected: 'NO_SIGNING_CERTIFICATE_FOUND',
  },
  {
    name: 'a subject key identifier that nobody has',
    cms: tampered(({ signedData, signerInfo }) => {
      at(signedData, 0).content = Uint8Array.of(3);
      at(signerInfo, 0).content = Uint8Array.of(3);
      signerInfo.children[1] = { tag: 0x80, content: new Uint8Array(20), children: [] };
    }),
    expected: 'NO_SIGNING_CERTIFICATE_FOUND',
  },
  {
    name: 'a certificate that no path uses',
    cms: tampered((parts) => {
      setCertificates(parts, signer, sub, issueTo({ name: 'Stowaway', issuer: root }));
    }),
    expected: 'SIG_CONSTRAINTS_FAILURE',
  },
  {
    name: 'the signer’s certificate twice',
    cms: tampered((parts) => {
      setCertificates(parts, signer, signer, sub);
    }),
    expected: 'SIG_CONSTRAINTS_FAILURE',
  },
  {
    name: 'a false copy of the root: its name and key under another signature',
    cms: tampered((parts) => {
      const copy = treeOf(root.certificate.der);
      at(copy, 0, 1).content = Uint8Array.of(99);
      const certificate = parseCertificate(encode(copy));
      setCertificates(parts, signer, sub, { ...root, certificate });
    }),
    expected: 'SIG_CONSTRAINTS_FAILURE',
  },
  {
    name: 'an unsigned attribute',
    cms: tampered(({ signerInfo }) => {
      const attribute = derSequence(
        derOid('1.2.840.113549.1.9.16.2.14'),
        derSetOf([derSequence()]),
      );
      signerInfo.children.push(treeOf(der(0xa1, attribute)));
    }),
    expected: 'SIG_CONSTRAINTS_FAILURE',
  },
  {
    name: 'revocation lists',
    cms: tampered(({ signedData }) => {
      signedData.children.splice(4, 0, treeOf(der(0xa1, derSequence())));
    }),
    expected: 'SIG_CONSTRAINTS_FAILURE',
  },
];

const ofPaths: readonly Attack[] = [
  { name: 'no anchor', anchors: [], expected: 'NO_CERTIFICATE_CHAIN_FOUND' },
  {
    name: 'an anchor of the right name and another key',
    anchors: [trustAnchorFrom(issueCa({ name: 'Root' }).certificate)],
    expected: 'NO_CERTIFICATE_CHAIN_FOUND',
  },
  {
    name: 'a missing intermediate',
    cms: signCades(signer, content),
    expected: 'NO_CERTIFICATE_CHAIN_FOUND',
  },
  {
    name: 'an intermediate with an altered signature',
    cms: tampered((parts) => {
      const tree = treeOf(sub.certificate.der);
      at(tree, 0, 1).content = Uint8Array.of(99);
      setCertificates(parts, signer, { ...sub, certificate: parseCertificate(encode(tree)) });
    }),
    expected: 'NO_CERTIFICATE_CHAIN_FOUND',
  },
  { name: 'an expired certificate', at: yearsFromNow(2), expected: 'OUT_OF_BOUNDS_NO_POE' },
  {
    name: 'a signature older than its certificate',
    cms: signCades(issueTo({ name: 'Young', issuer: root, notBefore: yearsFromNow(0.5) }), content),
    expected: 'NOT_YET_VALID',
  },
  {
    name: 'an intermediate that has expired',
    ...through(issueCa({ name: 'Old', issuer: root, notAfter: yearsFromNow(-0.5) })),
    expected: 'OUT_OF_BOUNDS_NO_POE',
  },
  {
    name: 'an intermediate that is not valid yet',
    ...through(issueCa({ name: 'Young', issuer: root, notBefore: yearsFromNow(0.5) })),
    expected: 'OUT_OF_BOUNDS_NO_POE',
  },
  {
    name: 'an issuer with CA:FALSE',
    ...through(
      issueCa({
        name: 'No CA',
        issuer: root,
        extensions: [basicConstraints({ ca: false, pathLength: null }), keyUsage('keyCertSign')],
      }),
    ),
    expected: 'CHAIN_CONSTRAINTS_FAILURE',
  },
  {
    name: 'an end-entity certificate as issuer',
    ...through(issueTo({ name: 'Citizen', issuer: root })),
    expected: 'CHAIN_CONSTRAINTS_FAILURE',
  },
  {
    name: 'a path longer than its path length allows',
    ...through(issueCa({ name: 'Zero', issuer: root }, 0), 'Below zero'),
    expected: 'CHAIN_CONSTRAINTS_FAILURE',
  },
  {
    name: 'two CAs that certify each other',
    ...loop(),
    expected: 'NO_CERTIFICATE_CHAIN_FOUND',
  },
  {
    name: 'a key for encryption only',
    cms: signCades(
      issueTo({ name: 'Cipher', issuer: root, extensions: [keyUsage('keyEncipherment')] }),
      content,
    ),
    expected: 'CHAIN_CONSTRAINTS_FAILURE',
  },
  {
    name: 'the key of an OCSP responder',
    cms: signCades(
      issueTo({
        name: 'Responder',
        issuer: root,
        extensions: [
          keyUsage('digitalSignature'),
          {
            oid: OID.extKeyUsage,
            isCritical: false,
            value: derSequence(derOid('1.3.6.1.5.5.7.3.9')),
          },
        ],
      }),
      content,
    ),
    expected: 'CHAIN_CONSTRAINTS_FAILURE',
  },
  {
    name: 'a critical extension that nobody understands',
    cms: signCades(
      issueTo({
        name: 'Odd',
        issuer: root,
        extensions: [
          keyUsage('nonRepudiation'),
          { oid: '1.2.3.4', isCritical: true, value: derNull() },
        ],
      }),
      content,
    ),
    expected: 'CHAIN_CONSTRAINTS_FAILURE',
  },
];

describe('the validator answers', () => {
  itAnswers([...ofSignature, ...ofCertificates, ...ofPaths]);
});

/** The first place where `from` stands is made `to`. */
function replaced(from: string, to: string): Uint8Array {
  const hex = toHex(cms);
  expect(hex).toContain(from);
  return Buffer.from(hex.replace(from, to), 'hex');
}

/** A signature by someone whom `issuer` has certified, perhaps by way of another CA. */
function through(issuer: Identity, below?: string): { cms: Uint8Array } {
  const chain = below === undefined ? [issuer] : [issuer, issueCa({ name: below, issuer })];
  const end = issueTo({ name: 'End', issuer: chain.at(-1) ?? issuer });
  return { cms: signCades(end, content, { chain }) };
}

function loop(): { cms: Uint8Array } {
  const [a, b] = [issueCa({ name: 'A' }), issueCa({ name: 'B' })];
  const aByB = issueCa({ name: 'A', issuer: b, privateKey: a.privateKey });
  const bByA = issueCa({ name: 'B', issuer: a, privateKey: b.privateKey });
  return {
    cms: signCades(issueTo({ name: 'Victim', issuer: a }), content, { chain: [aByB, bByA] }),
  };
}

function rsa1024(): ReturnType<typeof newKey> {
  return generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey;
}
