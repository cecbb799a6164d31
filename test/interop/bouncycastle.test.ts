/** BouncyCastle as a second reader and a second writer of all that we make. Needs a JDK and libbcpkix-java. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import type { SignatureAlgorithmName } from '../../src/signing/algorithms.js';
import { withValidationData } from '../../src/signing/cades-levels.js';
import { validateCades } from '../../src/signing/cades-validator.js';
import { keyUsage } from '../../src/signing/certificate-builder.js';
import { parseCertificateList } from '../../src/signing/certificate-list.js';
import { validateCertificatePath } from '../../src/signing/certificate-path.js';
import { cmsToDer } from '../../src/signing/cms-to-der.js';
import { DIGESTS } from '../../src/signing/digest-algorithms.js';
import { displayName } from '../../src/signing/distinguished-name.js';
import { parseOcspResponse } from '../../src/signing/ocsp-response.js';
import { OID } from '../../src/signing/oids.js';
import { NO_REVOCATION_EVIDENCE, type RevocationEvidence } from '../../src/signing/revocation.js';
import type { SignatureReport } from '../../src/signing/signature-report.js';
import {
  encodeTimeStampRequest,
  parseTimeStampRequest,
} from '../../src/signing/time-stamp-request.js';
import {
  encodeGrantedTimeStamp,
  parseTimeStampResponse,
} from '../../src/signing/time-stamp-response.js';
import { checkTimeStampToken } from '../../src/signing/time-stamp-token.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { VALIDATION_POLICY } from '../../src/signing/validation-policy.js';
import { at, encode, treeOf } from '../signing/support/der-tree.js';
import * as levels from '../signing/support/levels.js';
import { issueCrl } from '../signing/support/simple-revocation.js';
import { issueCa, issueTo, newKey, NOW, signCades } from '../signing/support/test-pki.js';
import { issueTsa } from '../signing/support/test-tsa.js';
import { extendedKeyUsage, issuerOf, POLICY, stampedBy } from '../signing/support/time-stamping.js';
import { BouncyCastle, instantArgument, keyArguments } from './bouncycastle-harness.js';

const content = utf8('what is signed\r\n\0by one and read by the other\n');
const altered = utf8('what is signed\r\n\0by one and read by the Other\n');
const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root, serialNumber: 2 });
const rsaKey = newKey('RSA-2048');
const ec = issueTo({ name: 'P-256', issuer: sub, serialNumber: 3 });
const ec384 = issueTo({ name: 'P-384', issuer: sub, privateKey: newKey('P-384'), serialNumber: 4 });
const rsa = issueTo({ name: 'RSA', issuer: sub, privateKey: rsaKey, serialNumber: 5 });
const now = instantArgument(NOW);

let bouncyCastle: BouncyCastle;
beforeAll(async () => {
  bouncyCastle = await BouncyCastle.open();
});
afterAll(() => bouncyCastle.close());

function validate(cms: Uint8Array, of = content): SignatureReport {
  const anchors = [trustAnchorFrom(root.certificate)];
  return validateCades({ cms, content: of, anchors, at: NOW });
}

describe('BouncyCastle takes our signatures', () => {
  const cases: readonly (readonly [SignatureAlgorithmName, typeof ec])[] = [
    ['ecdsa-sha256', ec],
    ['ecdsa-sha384', ec384],
    ['rsa-pkcs1-sha256', rsa],
    ['rsa-pss-sha256', rsa],
  ];

  it.each(cases)('%s, and not over other content', async (algorithm, signer) => {
    const cms = signCades(signer, content, { chain: [sub], algorithm });
    const { der } = root.certificate;
    const words = await bouncyCastle.ask('verify-cms', cms, content, der, now);
    expect(words).toEqual(['signature', 'path']);
    await expect(bouncyCastle.ask('verify-cms', cms, altered, der, now)).rejects.toThrow(
      /message-digest/,
    );
  });

  it('and finds no path to a stranger', async () => {
    const stranger = issueCa({ name: 'Root' });
    const cms = signCades(ec, content, { chain: [sub] });
    const { der } = stranger.certificate;
    expect(await bouncyCastle.ask('verify-cms', cms, content, der, now)).toEqual([
      'signature',
      'no-path',
    ]);
  });
});

describe('BouncyCastle takes our signatures at each level', () => {
  const { signer, tsaRoot, validationData } = levels;
  // Its PKIX asks CRLs alone, so that there is one for each certificate; the OCSP response is looked at besides.
  const crls = [...validationData.crls, issueCrl(levels.sub)];
  const longTerm = withValidationData(levels.timeStamped, { ...validationData, crls });
  const archived = levels.archive(longTerm);
  const renewed = levels.archive(archived, DIGESTS.sha512, levels.laterTsa);
  const all: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
    ['B-T', levels.timeStamped, ['T']],
    ['B-LT', longTerm, ['T', 'LT']],
    ['B-LTA', archived, ['T', 'LT', 'LTA']],
    ['renewed', renewed, ['T', 'LT', 'LTA', 'LTA']],
  ];

  it.each(all)('%s', async (_, cms, beyond) => {
    const { der } = levels.root.certificate;
    const words = await bouncyCastle.ask('verify-cms', cms, levels.content, der, now);
    expect(words).toEqual(['signature', 'path', ...beyond]);
    const trusted = [levels.root, tsaRoot].map(({ certificate }) => trustAnchorFrom(certificate));
    const request = { cms, content: levels.content, anchors: trusted, at: NOW };
    expect(validateCades(request)).toMatchObject({
      indication: 'TOTAL-PASSED',
      signer: { subject: displayName(signer.certificate.subject) },
    });
  });

  it('and sees that something is missing under an archive time-stamp', async () => {
    const tree = treeOf(archived);
    // The CRLs and OCSP responses of SignedData, one of them left out.
    at(tree, 1, 0, 4).children.pop();
    const { der } = levels.root.certificate;
    const words = await bouncyCastle.ask('verify-cms', encode(tree), levels.content, der, now);
    expect(words).toContain('no-LTA');
  });
});

describe('time-stamps', () => {
  const tsa = issueTsa('Time', root);
  const request = encodeTimeStampRequest({
    digest: 'sha256',
    hash: sha256(content),
    nonce: Uint8Array.of(0x2a, 7),
  });

  it('of BouncyCastle are taken by us', async () => {
    const chain = await bouncyCastle.chain([tsa]);
    const key = keyArguments(tsa.privateKey);
    const made = await bouncyCastle.make('stamp', request, ...key, chain, POLICY, now);
    const { status, token } = parseTimeStampResponse(made);
    expect(status).toBe('granted');
    if (token === null) throw new Error('no token');
    expect(token.info.genTime).toBe(NOW);
    const policy = VALIDATION_POLICY.algorithms;
    expect(checkTimeStampToken(token, content, policy, NOW)).toHaveProperty('certificate');
    expect(checkTimeStampToken(token, altered, policy, NOW)).toMatchObject({
      subIndication: 'HASH_FAILURE',
    });
  });

  it('of ours are taken by BouncyCastle', async () => {
    const token = stampedBy(tsa, issuerOf(tsa), parseTimeStampRequest(request));
    const { der } = tsa.certificate;
    const response = encodeGrantedTimeStamp(token);
    expect(await bouncyCastle.ask('verify-stamp', request, response, der)).toEqual([
      'stamp',
      String(NOW),
    ]);
    const other = encodeTimeStampRequest({
      digest: 'sha256',
      hash: sha256(altered),
      nonce: Uint8Array.of(0x2a, 7),
    });
    await expect(bouncyCastle.ask('verify-stamp', other, response, der)).rejects.toThrow();
  });
});

describe('revocation', () => {
  const responder = issueTo({
    name: 'Responder',
    issuer: sub,
    serialNumber: 9,
    extensions: [keyUsage('digitalSignature'), extendedKeyUsage([OID.ocspSigning], false)],
  });
  const pathWith = (evidence: Partial<RevocationEvidence>): string => {
    const verdict = validateCertificatePath({
      target: ec.certificate,
      intermediates: [sub.certificate],
      anchors: [trustAnchorFrom(root.certificate)],
      at: NOW,
      revocation: { evidence: { ...NO_REVOCATION_EVIDENCE, ...evidence }, need: 'where-offered' },
    });
    return verdict.kind === 'valid' ? (verdict.revocation[0]?.kind ?? '') : verdict.reason;
  };

  it('in CRLs of BouncyCastle is seen by us', async () => {
    const key = keyArguments(sub.privateKey);
    const make = (revoked: string): Promise<Uint8Array> =>
      bouncyCastle.make('crl', ...key, sub.certificate.der, now, revoked);
    const [good, bad] = [await make('none'), await make(toHex(ec.certificate.serialNumber))];
    expect(pathWith({ crls: [parseCertificateList(good)] })).toBe('status');
    expect(pathWith({ crls: [parseCertificateList(bad)] })).toBe('REVOKED');
  });

  it('in CRLs of ours is seen by BouncyCastle', async () => {
    const [issuer, target] = [sub.certificate.der, ec.certificate.der];
    const ask = (crl: Uint8Array): Promise<string[]> =>
      bouncyCastle.ask('verify-crl', crl, issuer, target);
    expect(await ask(issueCrl(sub))).toEqual(['crl', 'good']);
    expect(await ask(issueCrl(sub, { revoked: [3] }))).toEqual(['crl', 'revoked']);
  });

  it.each(['good', 'revoked'])(
    'in OCSP responses of BouncyCastle is seen by us: %s',
    async (word) => {
      const chain = await bouncyCastle.chain([responder]);
      const [target, issuer] = [ec.certificate.der, sub.certificate.der];
      const key = keyArguments(responder.privateKey);
      const made = await bouncyCastle.make('ocsp', ...key, chain, target, issuer, now, word);
      const ocspResponses = [parseOcspResponse(made)];
      expect(pathWith({ ocspResponses })).toBe(word === 'good' ? 'status' : 'REVOKED');
      const answer = await bouncyCastle.ask('verify-ocsp', made, responder.certificate.der, target);
      expect(answer).toEqual(['ocsp', word]);
    },
  );
});

describe('we take what BouncyCastle signs', () => {
  const cases: readonly (readonly [string, SignatureAlgorithmName, typeof ec])[] = [
    ['SHA256withECDSA', 'ecdsa-sha256', ec],
    ['SHA384withECDSA', 'ecdsa-sha384', ec384],
    ['SHA256withRSA', 'rsa-pkcs1-sha256', rsa],
    ['SHA256withRSAandMGF1', 'rsa-pss-sha256', rsa],
  ];

  const both = cases.flatMap((each) => [[...each, 'DER'] as const, [...each, 'BER'] as const]);

  it.each(both)('%s', async (name, algorithm, signer, encoding) => {
    const chain = await bouncyCastle.chain([signer, sub]);
    const key = keyArguments(signer.privateKey);
    const made = await bouncyCastle.make('sign-cms', name, ...key, chain, content, encoding);
    const cms = cmsToDer(made);
    expect(validate(cms)).toMatchObject({ indication: 'TOTAL-PASSED', algorithm });
    expect(validate(cms, altered)).toMatchObject({ subIndication: 'HASH_FAILURE' });
  });
});
