/** What the table of levels and fates has no column for. */
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import { canonicalJson, type JsonObject } from '../../src/base/canonical-json.js';
import { unsignedAttribute, withValidationData } from '../../src/signing/cades-levels.js';
import { type CadesRequest, validateCades } from '../../src/signing/cades-validator.js';
import { keyUsage } from '../../src/signing/certificate-builder.js';
import { parseCertificateList } from '../../src/signing/certificate-list.js';
import { parseSignedData } from '../../src/signing/cms-signed-data.js';
import { derOid, derSequence, derUtf8String } from '../../src/signing/der-writer.js';
import { derName } from '../../src/signing/distinguished-name.js';
import { addToSignedData } from '../../src/signing/internal/signed-data-additions.js';
import { OID } from '../../src/signing/oids.js';
import { formatSignatureReport } from '../../src/signing/signature-report-text.js';
import type { SignatureReport } from '../../src/signing/signature-report.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import {
  algorithmPolicyOf,
  STRICT_VALIDATION_POLICY,
  VALIDATION_POLICY,
} from '../../src/signing/validation-policy.js';
import { plant } from '../support/mutant.js';
import { addAttribute, partsOf } from './support/cms-forge.js';
import { counterSign } from './support/counter-signer.js';
import { at as childOf, encode } from './support/der-tree.js';
import {
  type Identity,
  issueCa,
  issueTo,
  NOW,
  signCades,
  yearsFromNow,
} from './support/test-pki.js';
import { issueTsa } from './support/time-stamping.js';
import {
  anchors,
  archive,
  ARCHIVED,
  COLLECTED,
  content,
  crl,
  days,
  firstTsa,
  freshEvidence,
  LEVELS,
  root,
  secondTsa,
  signatureAt,
  signer,
  STAMPED,
  sub,
  timeStamp,
  YEAR,
} from './support/timeline.js';

function validate(cms: Uint8Array, options: Partial<CadesRequest> = {}): SignatureReport {
  return validateCades({ cms, content, anchors, at: days(1), ...options });
}

function evidenceOf(...crls: Uint8Array[]): NonNullable<CadesRequest['evidence']> {
  return { certificates: [], crls: crls.map(parseCertificateList), ocspResponses: [] };
}

describe('the ledger’s time', () => {
  const expired = days(400);

  it('saves an expired certificate as a time-stamp would, and is named', () => {
    const report = validate(signatureAt('B-B'), {
      at: days(0.01),
      by: 'ledger',
      validationTime: expired,
      evidence: evidenceOf(crl(sub, COLLECTED), crl(root, expired)),
    });
    expect(report).toMatchObject({
      indication: 'TOTAL-PASSED',
      level: 'B-B',
      path: 'at-best-signature-time',
      bestSignatureTime: { time: '2026-06-15T12:14:24.000Z', by: 'ledger' },
      corroboration: null,
    });
  });

  it('proves that revocation data is older than the loss of the key that signed it', () => {
    const events = [{ who: sub, at: days(100), reason: 2 }];
    const ask = (wholeAt?: UnixMillis): SignatureReport =>
      validate(signatureAt('B-LT', events), {
        at: ARCHIVED,
        by: 'ledger',
        validationTime: days(130),
        evidence: freshEvidence(days(130), events),
        ...(wholeAt === undefined ? {} : { wholeAt }),
      });
    expect(ask()).toMatchObject({ subIndication: 'REVOKED_CA_NO_POE' });
    expect(ask(ARCHIVED)).toMatchObject({ indication: 'TOTAL-PASSED', path: 'in-the-past' });
    expect(ask(days(101))).toMatchObject({ subIndication: 'REVOKED_CA_NO_POE' });
  });

  it('is no proof if it is the time of a block, which is shown beside it', () => {
    const report = validate(signatureAt('B-B'), {
      at: days(0.01),
      by: 'bitcoin-block',
      validationTime: expired,
      evidence: evidenceOf(crl(sub, COLLECTED), crl(root, expired)),
    });
    expect(report).toMatchObject({
      subIndication: 'OUT_OF_BOUNDS_NOT_REVOKED',
      bestSignatureTime: { by: 'validation-time' },
      corroboration: { time: '2026-06-15T12:14:24.000Z', by: 'bitcoin-block' },
    });
  });

  it('fails a signature that existed before its certificate', () => {
    expect(validate(signatureAt('B-B'), { at: days(-101) })).toMatchObject({
      indication: 'TOTAL-FAILED',
      subIndication: 'NOT_YET_VALID',
      intact: true,
    });
  });
});

describe('the claimed time', () => {
  it('is taken for nothing: a signature after expiry that claims to be older', () => {
    const cms = signCades(signer, content, { chain: [sub], signingTime: NOW });
    expect(validate(cms, { at: days(400), evidence: freshEvidence(days(400)) })).toMatchObject({
      claimedSigningTime: '2026-06-15T12:00:00.000Z',
      subIndication: 'OUT_OF_BOUNDS_NO_POE',
    });
  });

  it('must be close to the time-stamp where a policy says how close', () => {
    const policy = { ...VALIDATION_POLICY, timeStampDelayMillis: 30_000 };
    const options = { policy, evidence: freshEvidence(days(1)) };
    expect(validate(signatureAt('B-T'), options).subIndication).toBe('SIG_CONSTRAINTS_FAILURE');
    const patient = { ...options, policy: { ...policy, timeStampDelayMillis: 60_000 } };
    expect(validate(signatureAt('B-T'), patient).indication).toBe('TOTAL-PASSED');
  });
});

describe('revocation', () => {
  it('passes, and is said to be of nobody’s knowledge, where it is not offered', () => {
    const [ca] = [issueCa({ name: 'Private' })];
    const plain = issueTo({ name: 'Plain', issuer: ca });
    const report = validate(signCades(plain, content), {
      anchors: [trustAnchorFrom(ca.certificate)],
    });
    expect(report).toMatchObject({
      indication: 'TOTAL-PASSED',
      revocation: [{ outcome: 'not-offered', source: null }],
    });
    const strict = validate(signCades(plain, content), {
      anchors: [trustAnchorFrom(ca.certificate)],
      policy: STRICT_VALIDATION_POLICY,
    });
    expect(strict.subIndication).toBe('TRY_LATER');
  });

  it('is shown with its source, its evidence and its time', () => {
    const { revocation } = validate(signatureAt('B-LT'));
    expect(revocation).toMatchObject([
      {
        certificate: 'CN=Ada Lovelace',
        outcome: 'good',
        source: 'crl',
        issuedAt: '2026-06-15T13:00:00.000Z',
        nextUpdate: '2026-06-22T13:00:00.000Z',
      },
      { certificate: 'CN=Sub', outcome: 'good', source: 'crl' },
    ]);
    expect(revocation[0]?.evidence[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  it('goes by the age of answers that the policy allows', () => {
    const policy = { ...VALIDATION_POLICY, maxRevocationAgeMillis: 3_600_000 };
    const evidence = freshEvidence(days(1));
    const soon = { policy, evidence, at: (days(1) + 3_600_000) as UnixMillis };
    expect(validate(signatureAt('B-B'), soon).indication).toBe('TOTAL-PASSED');
    const late = { ...soon, at: (days(1) + 3_600_001) as UnixMillis };
    expect(validate(signatureAt('B-B'), late).subIndication).toBe('TRY_LATER');
  });

  it('in the past counts up to the last instant of freshness, or by the letter to its making', () => {
    // The CRL is of the hour before the signature; its own authority has expired since.
    const cms = archive(
      withValidationData(timeStamp(signatureAt('B-B'), firstTsa, STAMPED), {
        certificates: [firstTsa.certificate.der],
        crls: [crl(root, COLLECTED), crl(sub, days(-1 / 24))],
        ocspResponses: [],
      }),
      longTsa,
      ARCHIVED,
    );
    const late = days(11 * YEAR);
    const ask = (policy = VALIDATION_POLICY): SignatureReport =>
      validate(cms, { at: late, evidence: evidenceOf(crl(root, late)), policy });
    expect(ask()).toMatchObject({ indication: 'TOTAL-PASSED', path: 'in-the-past' });
    expect(ask({ ...VALIDATION_POLICY, slideTo: 'issuance' })).toMatchObject({
      subIndication: 'OUT_OF_BOUNDS_NO_POE',
    });
  });
});

const longTsa = issueTsa({
  name: 'Long time',
  issuer: root,
  serialNumber: 21,
  algorithm: 'ecdsa-sha384',
  notBefore: yearsFromNow(-1),
  notAfter: yearsFromNow(30),
});

describe('time-stamps', () => {
  const evidence = freshEvidence(days(1));

  it('of an authority that nobody trusts prove nothing, and harm nothing', () => {
    const other = issueCa({ name: 'Other' });
    const stranger = issueTsa({ name: 'Stranger', issuer: other });
    const cms = timeStamp(signatureAt('B-B'), stranger, STAMPED);
    expect(validate(cms, { evidence })).toMatchObject({
      indication: 'TOTAL-PASSED',
      level: 'B-B',
      structure: 'B-T',
      bestSignatureTime: { by: 'caller' },
      timeStamps: [{ outcome: 'failed', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' }],
    });
  });

  it('may bring what serves them, whoever trusts them and whenever they were made', () => {
    const other = issueCa({ name: 'Other' });
    const stranger = issueTsa({ name: 'Stranger', issuer: other, serialNumber: 77 });
    const cms = withValidationData(timeStamp(signatureAt('B-B'), stranger, STAMPED), {
      certificates: [other.certificate.der],
      crls: [crl(other, COLLECTED)],
      ocspResponses: [],
    });
    expect(validate(cms, { evidence })).toMatchObject({
      indication: 'TOTAL-PASSED',
      unchecked: [],
    });
    const trusting = [...anchors, trustAnchorFrom(other.certificate)];
    const asRecorded = { at: days(0), anchors: trusting, evidence: freshEvidence(days(0)) };
    expect(validate(cms, asRecorded)).toMatchObject({
      indication: 'TOTAL-PASSED',
      timeStamps: [{ subIndication: 'TRY_LATER' }],
      unchecked: [],
    });
  });

  it('need an anchor for time-stamps', () => {
    const forSignatures = anchors.map((anchor) => ({
      ...anchor,
      purposes: new Set(['signature', 'revocation'] as const),
    }));
    expect(validate(signatureAt('B-T'), { evidence, anchors: forSignatures })).toMatchObject({
      indication: 'TOTAL-PASSED',
      level: 'B-B',
      timeStamps: [{ subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' }],
    });
  });

  it('of another signature keep it from passing', () => {
    const foreign = partsOf(timeStamp(signatureAt('B-B'), firstTsa, STAMPED));
    const own = partsOf(signatureAt('B-B'));
    own.signerInfo.children.push(childOf(foreign.signerInfo, 6));
    expect(validate(encode(own.contentInfo), { evidence })).toMatchObject({
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      intact: true,
      timeStamps: [{ outcome: 'failed', subIndication: 'HASH_FAILURE', covers: null }],
      unchecked: ['a time-stamp (signature) that is not one over this signature'],
    });
  });

  it('from after the instant of the validation are not looked at', () => {
    const report = validate(signatureAt('B-T'), {
      at: days(0),
      evidence: freshEvidence(days(0)),
    });
    expect(report).toMatchObject({
      indication: 'TOTAL-PASSED',
      level: 'B-B',
      timeStamps: [{ subIndication: 'TRY_LATER' }],
    });
  });

  it('that contradict each other are an order failure', () => {
    const cms = archive(signatureAt('B-LT'), secondTsa, days(0.0001));
    expect(validate(cms, { evidence })).toMatchObject({
      subIndication: 'TIMESTAMP_ORDER_FAILURE',
      timeStamps: [{ outcome: 'passed' }, { subIndication: 'TIMESTAMP_ORDER_FAILURE' }],
    });
  });

  it('may disagree within their accuracy', () => {
    const cms = archive(signatureAt('B-LT'), secondTsa, (STAMPED - 1_000) as UnixMillis);
    expect(validate(cms, { evidence })).toMatchObject({ indication: 'TOTAL-PASSED' });
  });
});

describe('what no check covers', () => {
  const evidence = freshEvidence(days(1));

  it('keeps a signature from passing and is named', () => {
    const stranger = issueCa({ name: 'Minister of Everything' });
    const cms = withValidationData(signatureAt('B-LT'), {
      certificates: [stranger.certificate.der],
      crls: [],
      ocspResponses: [],
    });
    expect(validate(cms)).toMatchObject({
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      unchecked: ['a certificate that no path uses: CN=Minister of Everything'],
    });
  });

  it('is an unsigned attribute of an unknown type, unless the policy lists such only', () => {
    const parts = partsOf(signatureAt('B-T'));
    const unsigned = childOf(parts.signerInfo, 6);
    addAttribute(unsigned, '1.2.3.4', derSequence(derUtf8String('approved')));
    const cms = encode(parts.contentInfo);
    const unchecked = ['an unsigned attribute of type 1.2.3.4'];
    expect(validate(cms, { evidence })).toMatchObject({
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      unchecked,
    });
    const policy = { ...VALIDATION_POLICY, unchecked: 'listed' as const };
    expect(validate(cms, { evidence, policy })).toMatchObject({
      indication: 'TOTAL-PASSED',
      unchecked,
    });
  });

  it('is revocation data of somebody else', () => {
    const other = issueCa({ name: 'Other' });
    const cms = withValidationData(signatureAt('B-LT'), {
      certificates: [],
      crls: [crl(other, COLLECTED)],
      ocspResponses: [],
    });
    expect(validate(cms).unchecked).toEqual(['revocation data about no certificate of its paths']);
  });
});

describe('a report', () => {
  it('is the same bytes from the built program, whatever it has been asked before', async () => {
    const mutant = await plant(null);
    try {
      const url = mutant.moduleUrl('signing/cades-validator.js');
      const built = (await import(url)) as { validateCades: typeof validateCades };
      const signatures = LEVELS.map((level) => signatureAt(level));
      const bytes = (cms: Uint8Array, ask: typeof validateCades): string =>
        canonicalJson({ ...ask({ cms, content, anchors, at: days(1) }) } as unknown as JsonObject);
      const forth = signatures.map((cms) => bytes(cms, validateCades));
      const back = [...signatures].reverse().map((cms) => bytes(cms, built.validateCades));
      expect(back.reverse()).toEqual(forth);
    } finally {
      await mutant.remove();
    }
  });

  it('is the same bytes for the same input, in RFC 8785', () => {
    const cms = signatureAt('B-LTA');
    const bytes = (): string => canonicalJson({ ...validate(cms) } as unknown as JsonObject);
    expect(bytes()).toBe(bytes());
  });

  it('is not of the order in which evidence is brought', () => {
    const cms = signatureAt('B-T');
    const all = [crl(root, days(1)), crl(sub, days(1)), crl(root, COLLECTED), crl(sub, COLLECTED)];
    const forth = validate(cms, { evidence: evidenceOf(...all) });
    expect(validate(cms, { evidence: evidenceOf(...all.reverse()) })).toEqual(forth);
  });

  it('is text for people, in which nothing is called qualified', () => {
    const text = formatSignatureReport(validate(signatureAt('B-LTA')));
    expect(text).toMatch(/^TOTAL-PASSED\n/);
    expect(text).toContain(
      'existed at the latest  2026-06-15T12:01:00.000Z, by a time-stamp over it',
    );
    expect(text).not.toContain('qualified');
    expect(text.endsWith('\n')).toBe(true);
  });

  it('names the rules by which it was made, which can be had again', () => {
    expect(validate(signatureAt('B-LT'))).toMatchObject({
      policy: 'chirograph-validation/2026-11-29',
      algorithmPolicy: 'chirograph-algorithms/2026-11-29',
    });
    expect(algorithmPolicyOf(Date.UTC(2026, 10, 28) as UnixMillis).id).toBe(
      'chirograph-algorithms/2026-11-23',
    );
    expect(algorithmPolicyOf(Date.UTC(2026, 10, 29) as UnixMillis).id).toBe(
      'chirograph-algorithms/2026-11-29',
    );
    expect(algorithmPolicyOf(0 as UnixMillis).id).toBe('chirograph-algorithms/2026-11-23');
  });
});

describe('a signer', () => {
  it('is a person or an organization as its certificate says, and what that claims is called a claim', () => {
    const ca = issueCa({ name: 'Private' });
    const statements = derSequence(
      derSequence(derOid(OID.qcCompliance)),
      derSequence(derOid(OID.qcType), derSequence(derOid(OID.qcTypeSeal))),
    );
    const seal = issueTo({
      name: '',
      subject: derName([
        ['C', 'LI'],
        ['organizationIdentifier', 'VATLI-12345'],
        ['CN', 'Bank'],
      ]),
      issuer: ca,
      extensions: [
        keyUsage('nonRepudiation'),
        { oid: OID.qcStatements, isCritical: false, value: statements },
      ],
    });
    const report = validate(signCades(seal, content), {
      anchors: [trustAnchorFrom(ca.certificate)],
    });
    expect(report).toMatchObject({
      indication: 'TOTAL-PASSED',
      trustedLists: 'not-consulted',
      signer: {
        person: 'legal',
        organizationIdentifier: 'VATLI-12345',
        claims: [
          'to be a qualified certificate under the law of the European Union',
          'to be for electronic seals',
        ],
      },
    });
    const lines = formatSignatureReport(report).split('\n');
    for (const line of lines.filter((each) => each.includes('qualified')))
      expect(line).toContain('the certificate claims');
  });
});

describe('a stranger', () => {
  const strangers = issueCa({ name: 'Stranger' });
  const crowd = Array.from({ length: 38 }, (_, serial) =>
    issueCa({ name: 'Stranger', issuer: strangers, serialNumber: serial }),
  );

  it('who sends all the certificates and time-stamps there may be is answered within a second', () => {
    const authority = issueTsa({ name: 'Stranger’s time', issuer: strangers });
    let cms = withValidationData(signatureAt('B-B'), {
      certificates: crowd.map(({ certificate }) => certificate.der),
      crls: crowd.map((each) => crl(each, COLLECTED)),
      ocspResponses: [],
    });
    for (let count = 0; count < 31; count++)
      cms = timeStamp(cms, authority, (STAMPED + 1_000 * count) as UnixMillis);
    const before = process.cpuUsage();
    const report = validate(cms, { evidence: freshEvidence(days(1)) });
    const { user, system } = process.cpuUsage(before);
    expect(report.indication).toBe('INDETERMINATE');
    expect(JSON.stringify(report).length).toBeLessThan(100_000);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });
});

describe('a counter-signature', () => {
  const witness = issueTo({
    name: 'Witness',
    issuer: root,
    serialNumber: 41,
    algorithm: 'ecdsa-sha384',
    notAfter: days(30),
  });
  const evidence = freshEvidence(days(1));

  function witnessed(cms: Uint8Array, by: Identity, over = signatureOf(cms)): Uint8Array {
    const value = counterSign(by, over);
    return addToSignedData(
      withValidationData(cms, {
        certificates: [by.certificate.der],
        crls: [],
        ocspResponses: [],
      }),
      { unsignedAttributes: [unsignedAttribute(OID.countersignature, value)] },
    );
  }

  function signatureOf(cms: Uint8Array): Uint8Array {
    return parseSignedData(cms).signer.signature;
  }

  it('is validated with its signer, and the verdict does not rest on it', () => {
    expect(validate(witnessed(signatureAt('B-B'), witness), { evidence })).toMatchObject({
      indication: 'TOTAL-PASSED',
      signer: { name: 'Ada Lovelace' },
      counterSignatures: [
        { outcome: 'passed', signer: { name: 'Witness' }, trustAnchor: 'CN=Root' },
      ],
    });
    const stranger = issueTo({ name: 'Stranger', issuer: issueCa({ name: 'Other' }) });
    expect(validate(witnessed(signatureAt('B-B'), stranger), { evidence })).toMatchObject({
      indication: 'TOTAL-PASSED',
      counterSignatures: [{ outcome: 'failed', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' }],
    });
  });

  it('of another signature keeps this one from passing', () => {
    const foreign = signatureOf(signCades(signer, content));
    const report = validate(witnessed(signatureAt('B-B'), witness, foreign), { evidence });
    expect(report).toMatchObject({
      subIndication: 'SIG_CONSTRAINTS_FAILURE',
      counterSignatures: [{ outcome: 'failed', subIndication: 'HASH_FAILURE', signer: null }],
    });
    expect(report.unchecked).toContain(
      'a counter-signature that is not one over this signature, or carries more',
    );
  });

  it('is proven to be old by an archive time-stamp over it, and by no other', () => {
    const late = { at: days(60), evidence: freshEvidence(days(60)) };
    const before = witnessed(signatureAt('B-LT'), witness);
    const outcomes = [archive(before, secondTsa, ARCHIVED), before].map(
      (cms) => validate(cms, late).counterSignatures[0]?.outcome,
    );
    expect(outcomes).toEqual(['passed', 'failed']);
  });
});
