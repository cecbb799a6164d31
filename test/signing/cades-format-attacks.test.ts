/** Attacks on the content, the encoding and the structure of a signature. */
import { describe, expect, it } from '@jest/globals';
import { concat, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { createSignature, SIGNATURE_ALGORITHMS } from '../../src/signing/algorithms.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import {
  derExplicit,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from '../../src/signing/der-writer.js';
import { digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import { OID } from '../../src/signing/oids.js';
import {
  type Attack,
  certificatesOf,
  cms,
  content,
  forged,
  genuine,
  itAnswers,
  signer,
  tampered,
} from './support/attack.js';
import { at, copyOf, treeOf } from './support/der-tree.js';

const rubbish = treeOf(derNull());

const withContent: readonly Attack[] = [
  { name: 'altered content', content: utf8('what is signeD'), expected: 'HASH_FAILURE' },
  { name: 'no content', content: new Uint8Array(), expected: 'HASH_FAILURE' },
  {
    name: 'the digest of other content',
    content: { algorithm: 'sha256', digest: sha256(utf8('other')) },
    expected: 'HASH_FAILURE',
  },
  {
    name: 'a digest of another kind than was signed',
    content: { algorithm: 'sha512', digest: digestOf(DIGESTS.sha512, content) },
    expected: 'SIGNED_DATA_NOT_FOUND',
  },
];

const ofEncoding: readonly Attack[] = [
  { name: 'nothing', cms: new Uint8Array(), expected: 'FORMAT_FAILURE' },
  { name: 'text', cms: utf8('-----BEGIN CMS-----'), expected: 'FORMAT_FAILURE' },
  { name: 'a trailing byte', cms: concat(cms, Uint8Array.of(0)), expected: 'FORMAT_FAILURE' },
  { name: 'a second CMS behind it', cms: concat(cms, cms), expected: 'FORMAT_FAILURE' },
  {
    name: 'an indefinite length',
    cms: concat(Uint8Array.of(0x30, 0x80), cms.subarray(4), Uint8Array.of(0, 0)),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a length with a leading zero',
    cms: concat(Uint8Array.of(0x30, 0x83, 0), cms.subarray(2)),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a length that is negative in 32 bits',
    cms: concat(Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), cms.subarray(4)),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'an INTEGER that is not minimal',
    cms: tampered(({ signedData }) => (at(signedData, 0).content = Uint8Array.of(0, 1))),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a negative version',
    cms: tampered(({ signedData }) => (at(signedData, 0).content = Uint8Array.of(0xff))),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a version that does not fit',
    cms: tampered(({ signedData }) => (at(signedData, 0).content = Uint8Array.of(3))),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: "a signer's version that does not fit",
    cms: tampered(({ signerInfo }) => (at(signerInfo, 0).content = Uint8Array.of(3))),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'certificates out of order',
    cms: tampered((parts) => certificatesOf(parts).children.reverse()),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'nesting beyond every limit',
    cms: new Uint8Array(200_000).fill(0x30),
    expected: 'FORMAT_FAILURE',
  },
];

const ofStructure: readonly Attack[] = [
  {
    name: 'another content type than SignedData',
    cms: tampered(({ contentInfo }) => (contentInfo.children[0] = treeOf(derOid(OID.data)))),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a second SignerInfo',
    cms: tampered(({ signedData, signerInfo }) =>
      at(signedData, -1).children.push(copyOf(signerInfo)),
    ),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'no SignerInfo',
    cms: tampered(({ signedData }) => (at(signedData, -1).children = [])),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a second digest algorithm',
    cms: tampered(({ signedData }) =>
      at(signedData, 1).children.push(treeOf(DIGESTS.sha512.identifier)),
    ),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a digest algorithm that is not the signer’s',
    cms: tampered(({ signedData }) => {
      at(signedData, 1).children = [treeOf(DIGESTS.sha384.identifier)];
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'content inside, other than the content outside',
    cms: forged(({ signedData }) =>
      at(signedData, 2).children.push(treeOf(derExplicit(0, derOctetString(utf8('inside'))))),
    ),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'no signed attributes: the value signs the content itself',
    cms: tampered(({ signerInfo }) => {
      const algorithm = SIGNATURE_ALGORITHMS['ecdsa-sha256'];
      at(signerInfo, 5).content = createSignature(algorithm, signer.privateKey, content);
      signerInfo.children.splice(3, 1);
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'an unknown field after the signature',
    cms: tampered(({ signerInfo }) => signerInfo.children.push(rubbish)),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'an attribute certificate among the certificates',
    cms: tampered((parts) => certificatesOf(parts).children.push({ tag: 0xa2, children: [] })),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'a certificate that is none',
    cms: tampered((parts) => certificatesOf(parts).children.unshift(treeOf(derSequence()))),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'ten thousand tiny certificates',
    cms: tampered((parts) => {
      const tiny = Array.from({ length: 10_000 }, () => treeOf(derSequence()));
      certificatesOf(parts).children.unshift(...tiny);
    }),
    expected: 'FORMAT_FAILURE',
  },
  {
    name: 'ten thousand real certificates',
    cms: tampered((parts) => {
      const copies = Array.from({ length: 10_000 }, () => at(certificatesOf(parts), 0));
      certificatesOf(parts).children.unshift(...copies);
    }),
    expected: 'FORMAT_FAILURE',
  },
];

describe('the validator answers', () => {
  itAnswers([...withContent, ...ofEncoding, ...ofStructure]);

  it('refuses every truncation', () => {
    for (let length = 0; length < cms.length; length++)
      expect(validateCades({ ...genuine, cms: cms.subarray(0, length) }).subIndication).toBe(
        'FORMAT_FAILURE',
      );
  });
});
