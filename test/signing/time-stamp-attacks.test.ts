/** Attacks on time-stamp tokens: each is refused, and for the reason that it should be. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { concat, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import {
  ALGORITHM_POLICY_2026_11,
  type AlgorithmPolicy,
} from '../../src/signing/algorithm-policy.js';
import { keyUsage } from '../../src/signing/certificate-builder.js';
import type { Certificate } from '../../src/signing/certificate.js';
import { contextTag, TAG } from '../../src/signing/der-tag.js';
import {
  der,
  derBoolean,
  derExplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derSequence,
} from '../../src/signing/der-writer.js';
import { DIGESTS } from '../../src/signing/digest-algorithms.js';
import { OID } from '../../src/signing/oids.js';
import type { SubIndication } from '../../src/signing/signature-report.js';
import { SigningError } from '../../src/signing/signing-error.js';
import { checkTimeStampToken, parseTimeStampToken } from '../../src/signing/time-stamp-token.js';
import {
  addAttribute,
  type CmsParts,
  partsOf,
  removeAttribute,
  setAttribute,
} from './support/cms-forge.js';
import { at, copyOf, encode, treeOf } from './support/der-tree.js';
import { type Identity, issueCa, issueTo, newKey, NOW } from './support/test-pki.js';
import {
  contentOf,
  extendedKeyUsage,
  forgeToken,
  issuerOf,
  issueTsa,
  requestFor,
  setContent,
  stampedBy,
} from './support/time-stamping.js';

const root = issueCa({ name: 'Root' });
const tsa = issueTsa({ name: 'TSA', issuer: root, serialNumber: 12 });
const other = issueTsa({ name: 'TSA', issuer: root, serialNumber: 13 });
const content = utf8('what existed');
const token = stampedBy(tsa, issuerOf(tsa), requestFor(content));

type Outcome = SubIndication | 'TIME_STAMP_MALFORMED' | 'genuine';

function outcomeOf(bytes: Uint8Array, policy: AlgorithmPolicy = ALGORITHM_POLICY_2026_11): Outcome {
  try {
    const parsed = parseTimeStampToken(bytes);
    const result = checkTimeStampToken(parsed, content, policy, NOW);
    return 'subIndication' in result ? result.subIndication : 'genuine';
  } catch (error) {
    if (error instanceof SigningError && error.code === 'TIME_STAMP_MALFORMED') return error.code;
    throw error;
  }
}

const forged = (edit: (parts: CmsParts) => void): Uint8Array => forgeToken(tsa, token, edit);
const tampered = (edit: (parts: CmsParts) => void): Uint8Array =>
  forgeToken(tsa, token, edit, false);
const byTsaWith = (
  ...extensions: Parameters<typeof issueTsa>[0]['extensions'] & {}
): Uint8Array => {
  const by = issueTsa({ name: 'TSA', issuer: root, extensions });
  return stampedBy(by, issuerOf(by), requestFor(content));
};

function certificateId(of: Certificate, names: Certificate = of): Uint8Array {
  const issuer = derSequence(derExplicit(4, names.issuer.der));
  return derSequence(issuer, der(TAG.integer, names.serialNumber));
}

function idBySha1(of: Certificate, names: Certificate | null = null): Uint8Array {
  const hash = derOctetString(createHash('sha1').update(of.der).digest());
  const id = names === null ? derSequence(hash) : derSequence(hash, certificateId(of, names));
  return derSequence(derSequence(id));
}

function idBySha256(of: Certificate): Uint8Array {
  return derSequence(derSequence(derSequence(derOctetString(sha256(of.der)))));
}

function setCertificates(parts: CmsParts, ...identities: readonly Identity[]): void {
  at(parts.signedData, 3).children = identities.map(({ certificate }) => treeOf(certificate.der));
}

/** Adds a field to TSTInfo, which is then signed. */
function addToContent(parts: CmsParts, field: Uint8Array): void {
  const info = treeOf(contentOf(parts));
  info.children.push(treeOf(field));
  setContent(parts, encode(info));
}

const ofCertificate: readonly (readonly [string, Outcome, () => Uint8Array])[] = [
  [
    'no extended key usage',
    'CHAIN_CONSTRAINTS_FAILURE',
    () => byTsaWith(keyUsage('digitalSignature')),
  ],
  [
    'an extended key usage that is not critical',
    'CHAIN_CONSTRAINTS_FAILURE',
    () => byTsaWith(extendedKeyUsage([OID.timeStamping], false)),
  ],
  [
    'another purpose beside time-stamping',
    'CHAIN_CONSTRAINTS_FAILURE',
    () => byTsaWith(extendedKeyUsage([OID.timeStamping, OID.emailProtection])),
  ],
  [
    'time-stamping twice',
    'CHAIN_CONSTRAINTS_FAILURE',
    () => byTsaWith(extendedKeyUsage([OID.timeStamping, OID.timeStamping])),
  ],
  [
    'another purpose',
    'CHAIN_CONSTRAINTS_FAILURE',
    () => byTsaWith(extendedKeyUsage([OID.documentSigning])),
  ],
  [
    'any purpose',
    'CHAIN_CONSTRAINTS_FAILURE',
    () => byTsaWith(extendedKeyUsage([OID.anyExtendedKeyUsage])),
  ],
  [
    'a key usage that does not allow signing',
    'CHAIN_CONSTRAINTS_FAILURE',
    () => byTsaWith(keyUsage('keyCertSign'), extendedKeyUsage([OID.timeStamping])),
  ],
  [
    'no key usage, which RFC 3161 does not ask for',
    'genuine',
    () => byTsaWith(extendedKeyUsage([OID.timeStamping])),
  ],
  [
    'no word of time-stamping, only of documents',
    'CHAIN_CONSTRAINTS_FAILURE',
    () => {
      const signer = issueTo({ name: 'Signer', issuer: root });
      return stampedBy(signer, issuerOf(signer), requestFor(content));
    },
  ],
];

const ofIdentification: readonly (readonly [string, Outcome, () => Uint8Array])[] = [
  [
    'a certificate that is not the one named',
    'NO_SIGNING_CERTIFICATE_FOUND',
    () =>
      tampered((parts) => {
        setCertificates(parts, other);
      }),
  ],
  [
    'two certificates, one of them the one named',
    'genuine',
    () =>
      tampered((parts) => {
        setCertificates(parts, other, tsa);
      }),
  ],
  [
    'a name by the hash of another certificate',
    'NO_SIGNING_CERTIFICATE_FOUND',
    () =>
      forged((parts) => {
        setCertificates(parts, other, tsa);
        setAttribute(parts.attributes, OID.signingCertificateV2, idBySha256(other.certificate));
      }),
  ],
  [
    'no name of the certificate',
    'SIG_CONSTRAINTS_FAILURE',
    () =>
      forged(({ attributes }) => {
        removeAttribute(attributes, OID.signingCertificateV2);
      }),
  ],
  [
    'a name by SHA-1 alone, as old authorities write it',
    'genuine',
    () =>
      forged(({ attributes }) => {
        removeAttribute(attributes, OID.signingCertificateV2);
        addAttribute(
          attributes,
          OID.signingCertificate,
          idBySha1(tsa.certificate, tsa.certificate),
        );
      }),
  ],
  [
    'a name by the SHA-1 of another certificate',
    'NO_SIGNING_CERTIFICATE_FOUND',
    () =>
      forged((parts) => {
        setCertificates(parts, other, tsa);
        removeAttribute(parts.attributes, OID.signingCertificateV2);
        addAttribute(parts.attributes, OID.signingCertificate, idBySha1(other.certificate));
      }),
  ],
  [
    'a name by SHA-1 whose serial number is another’s',
    'NO_SIGNING_CERTIFICATE_FOUND',
    () =>
      forged(({ attributes }) => {
        removeAttribute(attributes, OID.signingCertificateV2);
        addAttribute(
          attributes,
          OID.signingCertificate,
          idBySha1(tsa.certificate, other.certificate),
        );
      }),
  ],
  [
    'both names, of one certificate',
    'genuine',
    () =>
      forged(({ attributes }) => {
        addAttribute(attributes, OID.signingCertificate, idBySha1(tsa.certificate));
      }),
  ],
  [
    'both names, of two certificates',
    'NO_SIGNING_CERTIFICATE_FOUND',
    () =>
      forged((parts) => {
        setCertificates(parts, other, tsa);
        addAttribute(parts.attributes, OID.signingCertificate, idBySha1(other.certificate));
      }),
  ],
  [
    'a name by a digest that is not known',
    'CRYPTO_CONSTRAINTS_FAILURE',
    () =>
      forged(({ attributes }) => {
        const sha1 = derSequence(derOid('1.3.14.3.2.26'));
        const id = derSequence(sha1, derOctetString(new Uint8Array(20)));
        setAttribute(attributes, OID.signingCertificateV2, derSequence(derSequence(id)));
      }),
  ],
  [
    'a name that names nothing',
    'TIME_STAMP_MALFORMED',
    () =>
      forged(({ attributes }) => {
        setAttribute(attributes, OID.signingCertificateV2, derSequence(derSequence()));
      }),
  ],
];

const ofContent: readonly (readonly [string, Outcome, () => Uint8Array])[] = [
  [
    'another imprint',
    'HASH_FAILURE',
    () => stampedBy(tsa, issuerOf(tsa), requestFor(utf8('something else'))),
  ],
  [
    'an earlier time than was signed',
    'HASH_FAILURE',
    () =>
      tampered(({ signedData }) => {
        const eContent = at(signedData, 2, 1, 0);
        const info = treeOf(eContent.content ?? new Uint8Array());
        at(info, 4).content = utf8('20200101000000Z');
        eContent.content = encode(info);
      }),
  ],
  [
    'an earlier time, and the digest of it, by somebody without the key',
    'SIG_CRYPTO_FAILURE',
    () =>
      tampered((parts) => {
        const info = treeOf(contentOf(parts));
        at(info, 4).content = utf8('20200101000000Z');
        setContent(parts, encode(info));
      }),
  ],
  [
    'a value by another key',
    'SIG_CRYPTO_FAILURE',
    () => forgeToken({ ...tsa, privateKey: newKey() }, token, () => undefined),
  ],
  [
    'algorithms other than those signed',
    'SIG_CRYPTO_FAILURE',
    () =>
      forged(({ signedData, signerInfo }) => {
        at(signerInfo, 2).children = treeOf(DIGESTS.sha256.identifierWithNull).children;
        at(signedData, 1).children = [treeOf(DIGESTS.sha256.identifierWithNull)];
      }),
  ],
  [
    'a critical extension',
    'TIME_STAMP_MALFORMED',
    () =>
      forged((parts) => {
        const extension = derSequence(derOid('1.2.3'), derBoolean(true), derOctetString(derNull()));
        addToContent(parts, der(contextTag(1), extension));
      }),
  ],
  [
    'an extension that is not critical',
    'genuine',
    () =>
      forged((parts) => {
        const extension = derSequence(derOid('1.2.3'), derOctetString(derNull()));
        addToContent(parts, der(contextTag(1), extension));
      }),
  ],
  [
    'a field that is unknown',
    'TIME_STAMP_MALFORMED',
    () =>
      forged((parts) => {
        addToContent(parts, derNull());
      }),
  ],
  [
    'bytes behind the TSTInfo',
    'TIME_STAMP_MALFORMED',
    () =>
      forged((parts) => {
        setContent(parts, concat(contentOf(parts), derNull()));
      }),
  ],
  [
    'no content',
    'TIME_STAMP_MALFORMED',
    () => tampered(({ signedData }) => at(signedData, 2).children.pop()),
  ],
  [
    'a content type that is not TSTInfo',
    'TIME_STAMP_MALFORMED',
    () =>
      tampered(({ signedData }) => {
        at(signedData, 2).children[0] = treeOf(derOid(OID.data));
        at(signedData, 0).content = Uint8Array.of(1);
      }),
  ],
  [
    'a signed content type that is not TSTInfo',
    'TIME_STAMP_MALFORMED',
    () =>
      forged(({ attributes }) => {
        setAttribute(attributes, OID.contentType, derOid(OID.data));
      }),
  ],
];

const ofForm: readonly (readonly [string, Outcome, () => Uint8Array])[] = [
  ['nothing', 'TIME_STAMP_MALFORMED', () => new Uint8Array()],
  ['a trailing byte', 'TIME_STAMP_MALFORMED', () => concat(token, Uint8Array.of(0))],
  [
    'a second signer',
    'TIME_STAMP_MALFORMED',
    () =>
      tampered(({ signedData, signerInfo }) =>
        at(signedData, -1).children.push(copyOf(signerInfo)),
      ),
  ],
  [
    'no signer',
    'TIME_STAMP_MALFORMED',
    () => tampered(({ signedData }) => (at(signedData, -1).children = [])),
  ],
  [
    'a signed attribute twice',
    'TIME_STAMP_MALFORMED',
    () =>
      forged(({ attributes }) => {
        addAttribute(attributes, OID.messageDigest, derOctetString(new Uint8Array(32)));
      }),
  ],
  [
    'a signed attribute of two values',
    'TIME_STAMP_MALFORMED',
    () =>
      forged(({ attributes }) => {
        setAttribute(attributes, OID.contentType, derOid(OID.data), derOid(OID.tstInfo));
      }),
  ],
  [
    'no signed attributes',
    'TIME_STAMP_MALFORMED',
    () => tampered(({ signerInfo }) => signerInfo.children.splice(3, 1)),
  ],
  [
    'version 1, which is of id-data',
    'TIME_STAMP_MALFORMED',
    () => tampered(({ signedData }) => (at(signedData, 0).content = Uint8Array.of(1))),
  ],
  [
    'ten thousand certificates',
    'TIME_STAMP_MALFORMED',
    () =>
      tampered((parts) => {
        at(parts.signedData, 3).children = Array.from({ length: 10_000 }, () =>
          treeOf(derSequence()),
        );
      }),
  ],
  [
    'more digest algorithms than anybody has',
    'TIME_STAMP_MALFORMED',
    () =>
      tampered(({ signedData }) => {
        for (let i = 0; i < 16; i++)
          at(signedData, 1).children.push(treeOf(derSequence(derOid(`1.2.${i}`))));
      }),
  ],
  ['ten megabytes', 'TIME_STAMP_MALFORMED', () => new Uint8Array(10_000_000).fill(0x30)],
  ['an INTEGER', 'TIME_STAMP_MALFORMED', () => derInteger(1)],
];

describe('a token', () => {
  it('from which the attacks are made is genuine', () => {
    for (const bytes of [token, forged(() => undefined), tampered(() => undefined)])
      expect(outcomeOf(bytes)).toBe('genuine');
  });

  it.each(ofCertificate)('by a certificate with %s: %s', (_name, expected, make) => {
    expect(outcomeOf(make())).toBe(expected);
  });

  it.each([...ofIdentification, ...ofContent, ...ofForm])(
    'with %s: %s',
    (_name, expected, make) => {
      expect(outcomeOf(make())).toBe(expected);
    },
  );

  it('is judged by the policy: imprint, digest, key', () => {
    const without = (part: Partial<AlgorithmPolicy>) =>
      outcomeOf(token, { ...ALGORITHM_POLICY_2026_11, ...part });
    expect(without({ digests: [] })).toBe('CRYPTO_CONSTRAINTS_FAILURE');
    expect(without({ schemes: [] })).toBe('CRYPTO_CONSTRAINTS_FAILURE');
  });

  it('says the same or is refused, whatever byte of it is changed', () => {
    const { info } = parseTimeStampToken(token);
    const signed = partsOf(token);
    expect(contentOf(signed).length).toBeGreaterThan(80);
    let genuine = 0;
    for (let position = 0; position < token.length; position++) {
      const bent = token.slice();
      bent[position] = (bent[position] ?? 0) ^ 1;
      if (!isGenuine(bent)) continue;
      genuine++;
      expect(parseTimeStampToken(bent).info).toEqual(info);
    }
    // What no signature covers: there is a byte of it here and there, and never in TSTInfo.
    expect(genuine).toBeLessThan(token.length / 20);
  });
});

function isGenuine(bytes: Uint8Array): boolean {
  try {
    const result = checkTimeStampToken(
      parseTimeStampToken(bytes),
      content,
      ALGORITHM_POLICY_2026_11,
      NOW,
    );
    return !('subIndication' in result);
  } catch (error) {
    expect(error).toBeInstanceOf(SigningError);
    return false;
  }
}
