import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { fromHex, toHex, utf8 } from '../../src/base/bytes.js';
import { canonicalJson, type JsonObject } from '../../src/base/canonical-json.js';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithmName } from '../../src/signing/algorithms.js';
import { cadesSigner, completeCades, prepareCades } from '../../src/signing/cades-builder.js';
import { type CadesRequest, validateCades } from '../../src/signing/cades-validator.js';
import { keyUsage, subjectKeyIdentifier } from '../../src/signing/certificate-builder.js';
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { derOctetString, derOid, derSequence } from '../../src/signing/der-writer.js';
import { DEVELOPMENT_ORGANIZATION } from '../../src/signing/development-mark.js';
import { digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import { derName } from '../../src/signing/distinguished-name.js';
import { OID } from '../../src/signing/oids.js';
import { CHECKS, type SignatureReport } from '../../src/signing/signature-report.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { addAttribute, forge, removeAttribute, setAttribute } from './support/cms-forge.js';
import { at, treeOf } from './support/der-tree.js';
import { issueCa, issueTo, newKey, NOW, publicKeyInfo, signCades } from './support/test-pki.js';

const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root });
const signer = issueTo({ name: 'Ada Lovelace', issuer: sub });
const content = utf8('what is signed');

function validate(cms: Uint8Array, options: Partial<CadesRequest> = {}): SignatureReport {
  const anchors = [trustAnchorFrom(root.certificate)];
  return validateCades({ cms, content, anchors, at: NOW, ...options });
}

describe('a CAdES-B-B signature', () => {
  const cms = signCades(signer, content, { chain: [sub] });

  it('passes every check, and the report says who, what and what was not checked', () => {
    const report = validate(cms);
    expect(report).toMatchObject({
      indication: 'TOTAL-PASSED',
      subIndication: null,
      intact: true,
      algorithm: 'ecdsa-sha256',
      claimedSigningTime: '2026-06-15T12:00:00.000Z',
      validatedAt: '2026-06-15T12:00:00.000Z',
      trustAnchor: 'CN=Root',
      trustAnchorSha256: toHex(root.certificate.sha256),
      development: false,
      level: 'B-B',
      structure: 'B-B',
      path: 'at-validation-time',
      bestSignatureTime: { time: '2026-06-15T12:00:00.000Z', by: 'caller' },
      revocation: [{ outcome: 'not-offered' }, { outcome: 'not-offered' }],
      trustedLists: 'not-consulted',
      signer: {
        name: 'Ada Lovelace',
        subject: 'CN=Ada Lovelace',
        issuer: 'CN=Sub',
        certificateSha256: toHex(signer.certificate.sha256),
      },
    });
    expect(report.checks.map(({ name }) => name)).toEqual([...CHECKS]);
    expect(report.checks.every(({ outcome }) => outcome === 'passed')).toBe(true);
  });

  it('gives the same report bytes each time', () => {
    const text = (): string =>
      canonicalJson(JSON.parse(JSON.stringify(validate(cms))) as JsonObject);
    expect(text()).toBe(text());
  });

  it('leaves its input as it was, be it a Buffer', () => {
    const [asBuffer, contentBuffer] = [Buffer.from(cms), Buffer.from(content)];
    expect(validate(asBuffer, { content: contentBuffer })).toEqual(validate(cms));
    expect(toHex(asBuffer)).toBe(toHex(cms));
    expect(validate(asBuffer)).toEqual(validate(cms));
  });

  it('is validated against a digest as against the content', () => {
    const digest = digestOf(DIGESTS.sha256, content);
    expect(validate(cms, { content: { algorithm: 'sha256', digest } })).toEqual(validate(cms));
  });

  it('has a claimed signing time that is not the instant judged', () => {
    const at = (NOW + 1_000_000) as UnixMillis;
    expect(validate(cms, { at })).toMatchObject({
      claimedSigningTime: '2026-06-15T12:00:00.000Z',
      validatedAt: '2026-06-15T12:16:40.000Z',
    });
  });

  it('passes with the root in it, and with a root renewed under the same key', () => {
    const renewed = issueCa({ name: 'Root', privateKey: root.privateKey, serialNumber: 9 });
    for (const top of [root, renewed]) {
      const withRoot = signCades(signer, content, { chain: [sub, top] });
      expect(validate(withRoot).indication).toBe('TOTAL-PASSED');
    }
  });

  it('names its signer by organization, or by the whole name, where there is no common name', () => {
    const summary = (subject: Uint8Array): string | undefined =>
      validate(signCades(issueTo({ name: '', subject, issuer: sub }), content, { chain: [sub] }))
        .signer?.name;
    expect(
      summary(
        derName([
          ['C', 'LI'],
          ['O', 'Bank'],
        ]),
      ),
    ).toBe('Bank');
    expect(
      summary(
        derName([
          ['C', 'LI'],
          ['OU', 'Desk'],
        ]),
      ),
    ).toBe('OU=Desk,C=LI');
  });

  it('is marked as development where its issuer is', () => {
    const subject = derName([['O', DEVELOPMENT_ORGANIZATION]]);
    const devRoot = issueCa({ name: '', subject });
    const devSigner = issueTo({ name: 'Seal', issuer: devRoot });
    const report = validate(signCades(devSigner, content), {
      anchors: [trustAnchorFrom(devRoot.certificate)],
    });
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', development: true });
  });
});

describe('every algorithm', () => {
  const rsaKey = newKey('RSA-2048');
  const p384Key = newKey('P-384');

  it.each(Object.values(SIGNATURE_ALGORITHMS))('signs and validates: $name', ({ name, scheme }) => {
    const privateKey = scheme === 'ecdsa' ? p384Key : rsaKey;
    const identity = issueTo({ name: 'Signer', issuer: root, privateKey });
    const cms = signCades(identity, content, { algorithm: name });
    expect(validate(cms)).toMatchObject({ indication: 'TOTAL-PASSED', algorithm: name });
    expect(validate(cms, { content: utf8('something else') })).toMatchObject({
      subIndication: 'HASH_FAILURE',
    });
  });

  it('holds for any content and any signing time to the second', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.integer({ min: Date.UTC(1950, 0), max: Date.UTC(2120, 0) }),
        (bytes, time) => {
          const signingTime = time as UnixMillis;
          const cms = signCades(signer, bytes, { chain: [sub], signingTime });
          const report = validate(cms, { content: bytes });
          expect(report.indication).toBe('TOTAL-PASSED');
          expect(Date.parse(report.claimedSigningTime ?? '')).toBe(Math.floor(time / 1000) * 1000);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('the builder', () => {
  const parts = cadesSigner({
    certificate: signer.certificate,
    chain: [sub.certificate],
    signatureAlgorithm: SIGNATURE_ALGORITHMS['ecdsa-sha256'],
  });
  const contentDigest = digestOf(DIGESTS.sha256, content);

  it('gives to be signed exactly what the parser takes as signed', () => {
    const prepared = prepareCades(parts, { contentDigest, signingTime: NOW });
    const { signer: parsed } = parseSignedData(
      completeCades(prepared, fromHex('3006020101020101')),
    );
    expect(parsed.signedAttributes.toBeSigned).toEqual(prepared.toBeSigned);
    expect(parsed.signedAttributes.messageDigest).toEqual(contentDigest);
    expect(parsed.signedAttributes.algorithmProtection).not.toBeNull();
  });

  it('writes the same bytes for the same input, whatever the order of the chain', () => {
    const chain = [root.certificate, sub.certificate];
    const build = (order: typeof chain): string => {
      const { certificate, signatureAlgorithm } = parts;
      const prepared = prepareCades(
        cadesSigner({ certificate, chain: order, signatureAlgorithm }),
        {
          contentDigest,
          signingTime: NOW,
        },
      );
      return toHex(completeCades(prepared, Uint8Array.of(1)));
    };
    expect(build(chain)).toBe(build([...chain].reverse()));
  });

  it('takes a digest of the wrong length, or too many certificates, for the mistake it is', () => {
    const short = contentDigest.subarray(1);
    expect(() => prepareCades(parts, { contentDigest: short, signingTime: NOW })).toThrow(
      'assertion',
    );
    const chain = Array(40).fill(sub.certificate) as (typeof sub.certificate)[];
    expect(() => cadesSigner({ ...parts, chain })).toThrow('assertion');
  });
});

describe('signatures as others make them', () => {
  const rsa = issueTo({ name: 'RSA', issuer: root, privateKey: newKey('RSA-2048') });

  it('pass with plain rsaEncryption, which leaves the digest to the field beside it', () => {
    const names: readonly SignatureAlgorithmName[] = ['rsa-pkcs1-sha256', 'rsa-pkcs1-sha512'];
    for (const algorithm of names) {
      const cms = forge(rsa, content, {
        algorithm,
        edit: ({ attributes, signerInfo }) => {
          removeAttribute(attributes, OID.cmsAlgorithmProtection);
          at(signerInfo, 4).children[0] = treeOf(derOid(OID.rsaEncryption));
        },
      });
      expect(validate(cms)).toMatchObject({ indication: 'TOTAL-PASSED', algorithm });
    }
  });

  it('pass with attributes that we do not know, because they are signed', () => {
    const cms = forge(signer, content, {
      chain: [sub],
      edit: ({ attributes }) => {
        addAttribute(attributes, '1.2.840.113549.1.9.15', derSequence());
      },
    });
    expect(validate(cms).indication).toBe('TOTAL-PASSED');
  });

  it('pass with the signer named by its subject key identifier', () => {
    const privateKey = newKey();
    const extensions = [
      keyUsage('nonRepudiation'),
      subjectKeyIdentifier(publicKeyInfo(privateKey)),
    ];
    const identity = issueTo({ name: 'By key', issuer: root, privateKey, extensions });
    const identifier = identity.certificate.extensions.subjectKeyIdentifier ?? new Uint8Array();
    const cms = forge(identity, content, {
      edit: ({ signedData, signerInfo }) => {
        at(signedData, 0).content = Uint8Array.of(3);
        at(signerInfo, 0).content = Uint8Array.of(3);
        signerInfo.children[1] = { tag: 0x80, content: identifier, children: [] };
      },
    });
    expect(validate(cms).indication).toBe('TOTAL-PASSED');
  });

  it('pass with a signing-certificate-v2 that names the whole path, under any digest', () => {
    const cms = forge(signer, content, {
      chain: [sub],
      edit: ({ attributes }) => {
        const ids = [signer, sub].map(({ certificate }) =>
          derSequence(
            DIGESTS.sha512.identifier,
            derOctetString(digestOf(DIGESTS.sha512, certificate.der)),
          ),
        );
        setAttribute(attributes, OID.signingCertificateV2, derSequence(derSequence(...ids)));
      },
    });
    expect(validate(cms).indication).toBe('TOTAL-PASSED');
  });
});
