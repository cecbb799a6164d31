/** What CRLs and OCSP responses are allowed to say, and what strangers try to make them say. */
import { describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../src/base/brand.js';
import {
  basicConstraints,
  type Extension,
  keyUsage,
} from '../../src/signing/certificate-builder.js';
import { type PathRequest, validateCertificatePath } from '../../src/signing/certificate-path.js';
import { derBitString, derNull, derOid, derSequence, der } from '../../src/signing/der-writer.js';
import { derName } from '../../src/signing/distinguished-name.js';
import type { IdentifierHash } from '../../src/signing/ocsp-certificate-id.js';
import { OID } from '../../src/signing/oids.js';
import type { PathVerdict } from '../../src/signing/path-verdict.js';
import { isFresh, revocationStatuses } from '../../src/signing/revocation-status.js';
import type { RevocationEvidence } from '../../src/signing/revocation.js';
import { trustAnchorFrom } from '../../src/signing/trust-anchor.js';
import { ValidationBudget } from '../../src/signing/validation-budget.js';
import { type Identity, issueCa, issueTo, NOW, yearsFromNow } from './support/test-pki.js';
import {
  crl,
  type CrlOrder,
  flag,
  hoursFromNow,
  issuedFor,
  ocsp,
  type OcspOrder,
} from './support/test-revocation.js';

const root = issueCa({ name: 'Root' });
const sub = issueCa({ name: 'Sub', issuer: root, serialNumber: 2 });
const leaf = issueTo({ name: 'Leaf', issuer: sub, serialNumber: 3 });
const sibling = issueTo({ name: 'Sibling', issuer: sub, serialNumber: 4 });
const anchor = trustAnchorFrom(root.certificate);

const rootList = crl({ issuer: root });
const listOf = (order: Partial<CrlOrder> = {}) => crl({ issuer: sub, ...order });
const answer = (order: Partial<OcspOrder> = {}) =>
  ocsp({ responder: sub, issuer: sub, certificate: leaf.certificate, ...order });

const REVOKED = { revoked: [{ certificate: leaf.certificate, at: hoursFromNow(-48), reason: 1 }] };

function validate(
  evidence: Partial<RevocationEvidence>,
  options: Partial<PathRequest> & {
    need?: 'required' | 'where-offered';
    maxAgeMillis?: number;
  } = {},
): PathVerdict {
  const { need = 'required', maxAgeMillis, ...request } = options;
  return validateCertificatePath({
    target: leaf.certificate,
    intermediates: [sub.certificate],
    anchors: [anchor],
    at: NOW,
    ...request,
    revocation: {
      need,
      evidence: { crls: [rootList], ocspResponses: [], ...evidence },
      ...(maxAgeMillis === undefined ? {} : { maxAgeMillis }),
    },
  });
}

const withLists = (...crls: RevocationEvidence['crls']) => ({ crls: [rootList, ...crls] });
const withAnswers = (...ocspResponses: RevocationEvidence['ocspResponses']) => ({ ocspResponses });

const NO_ANSWER = { kind: 'invalid', reason: 'TRY_LATER', certificateIndex: 0 };
const IS_REVOKED = {
  kind: 'invalid',
  reason: 'REVOKED',
  certificateIndex: 0,
  revokedAt: hoursFromNow(-48),
};

const extended = (...purposes: readonly string[]): Extension => ({
  oid: OID.extKeyUsage,
  isCritical: false,
  value: derSequence(...purposes.map(derOid)),
});
const NO_CHECK: Extension = { oid: OID.ocspNoCheck, isCritical: false, value: derNull() };
const responderOf = (issuer: Identity, options: Partial<Parameters<typeof issueTo>[0]> = {}) =>
  issueTo({
    name: 'Responder',
    issuer,
    serialNumber: 9,
    extensions: [keyUsage('digitalSignature'), extended(OID.ocspSigning), NO_CHECK],
    ...options,
  });

describe('revocation of a path', () => {
  it('is answered by a CRL of each issuer, or by OCSP', () => {
    const byList = validate(withLists(listOf()));
    expect(byList).toMatchObject({
      kind: 'valid',
      revocation: [
        { kind: 'status', status: { source: 'crl', outcome: { kind: 'good' } } },
        { kind: 'status', status: { source: 'crl', issuerPath: [] } },
      ],
    });
    const byAnswer = validate(withAnswers(answer()));
    expect(byAnswer).toMatchObject({
      kind: 'valid',
      revocation: [
        { status: { source: 'ocsp', outcome: { kind: 'good' }, issuerPath: [sub.certificate] } },
        {},
      ],
    });
  });

  it('says that the target is revoked, and since when', () => {
    expect(validate(withLists(listOf(REVOKED)))).toMatchObject(IS_REVOKED);
    const revoked = answer({ status: { at: hoursFromNow(-48), reason: 1 } });
    expect(validate(withAnswers(revoked))).toMatchObject(IS_REVOKED);
  });

  it('says that a CA is revoked, whatever that CA says of others', () => {
    const revokedCa = crl({ issuer: root, revoked: [{ certificate: sub.certificate }] });
    expect(validate({ crls: [revokedCa, listOf()] })).toMatchObject({
      reason: 'REVOKED_CA',
      certificateIndex: 1,
    });
  });

  it('does not reach back before the instant of the revocation', () => {
    const at = hoursFromNow(-49);
    const verdict = validate(withLists(listOf(REVOKED)), { at });
    expect(verdict).toMatchObject({
      kind: 'valid',
      revocation: [{ status: { outcome: { kind: 'revoked', at: hoursFromNow(-48) } } }, {}],
    });
    expect(validate(withLists(listOf(REVOKED)), { at: hoursFromNow(-48) })).toMatchObject(
      IS_REVOKED,
    );
  });

  it('is not taken back by a later answer, unless it was on hold', () => {
    const later = answer({ producedAt: NOW });
    const dead = { ...withLists(listOf(REVOKED)), ...withAnswers(later) };
    expect(validate(dead)).toMatchObject(IS_REVOKED);

    const held = listOf({ revoked: [{ certificate: leaf.certificate, reason: 6 }] });
    expect(validate(withLists(held))).toMatchObject({
      reason: 'TRY_LATER',
      detail: 'is suspended since 2026-06-13T12:00:00.000Z',
    });
    expect(validate({ ...withLists(held), ...withAnswers(later) }).kind).toBe('valid');
    const earlier = answer({ producedAt: hoursFromNow(-5) });
    expect(validate({ ...withLists(held), ...withAnswers(earlier) }).kind).toBe('invalid');
  });

  it('is wanted of every certificate, or only where somebody offers it', () => {
    expect(validate({ crls: [] })).toMatchObject({ reason: 'TRY_LATER', certificateIndex: 1 });
    const silent = validate({ crls: [] }, { need: 'where-offered' });
    expect(silent).toMatchObject({
      kind: 'valid',
      revocation: [{ why: 'not-offered' }, { why: 'not-offered' }],
    });
    // Whoever brings something that cannot be used has not brought nothing.
    const forged = crl({ issuer: sibling, issuerName: sub.certificate.subject.der });
    expect(validate(withLists(forged), { need: 'where-offered' })).toMatchObject(NO_ANSWER);
    expect(
      validate(withAnswers(answer({ status: 'unknown' })), { need: 'where-offered' }),
    ).toMatchObject(NO_ANSWER);
  });

  it.each([
    ['noRevAvail (RFC 9608)', OID.noRevAvail, 'no-rev-avail'],
    ['validity-assured (EN 319 412-1)', OID.validityAssuredShortTerm, 'short-term'],
  ])(
    'is not asked about a certificate with %s, nor excused by it if revoked',
    (_what, oid, why) => {
      const extensions = [keyUsage('nonRepudiation'), { oid, isCritical: false, value: derNull() }];
      const target = issueTo({
        name: 'Leaf',
        issuer: sub,
        serialNumber: 3,
        extensions,
      }).certificate;
      expect(validate({}, { target })).toMatchObject({ kind: 'valid', revocation: [{ why }, {}] });
      expect(validate(withLists(listOf(REVOKED)), { target })).toMatchObject(IS_REVOKED);
    },
  );

  it('of a CA is asked about, even if it says that there is nothing to ask', () => {
    const extensions = [
      basicConstraints({ ca: true, pathLength: null }),
      keyUsage('keyCertSign', 'cRLSign'),
      { oid: OID.noRevAvail, isCritical: false, value: derNull() },
    ];
    const ca = issueCa({ name: 'Sub', issuer: root, serialNumber: 2, extensions });
    const target = issueTo({ name: 'Leaf', issuer: ca }).certificate;
    const verdict = validate({ crls: [] }, { target, intermediates: [ca.certificate] });
    expect(verdict).toMatchObject({ reason: 'TRY_LATER', certificateIndex: 1 });
  });
});

describe('freshness', () => {
  it('ends with the next update, or with the age that the caller allows', () => {
    const stale = listOf({ thisUpdate: hoursFromNow(-48), nextUpdate: hoursFromNow(-24) });
    expect(validate(withLists(stale))).toMatchObject({
      ...NO_ANSWER,
      detail: 'has only outdated answers about its revocation',
    });
    expect(validate(withLists(stale), { at: hoursFromNow(-24) }).kind).toBe('valid');
    expect(validate(withLists(stale), { maxAgeMillis: 48 * 3_600_000 }).kind).toBe('valid');
    const crls = [crl({ issuer: root, thisUpdate: NOW }), listOf()];
    expect(validate({ crls }, { maxAgeMillis: 3_600_000 }).kind).toBe('valid');
    expect(validate({ crls }, { maxAgeMillis: 3_599_000 })).toMatchObject(NO_ANSWER);
  });

  it('of an old OCSP answer is over', () => {
    const old = answer({
      producedAt: yearsFromNow(-0.5),
      nextUpdate: (yearsFromNow(-0.5) + 3_600_000) as UnixMillis,
    });
    expect(validate(withAnswers(old))).toMatchObject(NO_ANSWER);
  });

  it('of an answer without a next one lasts no longer than its own instant', () => {
    const open = answer({ producedAt: hoursFromNow(-1), nextUpdate: null });
    expect(validate(withAnswers(open))).toMatchObject(NO_ANSWER);
    expect(validate(withAnswers(open), { at: hoursFromNow(-1) }).kind).toBe('valid');
    expect(validate(withAnswers(open), { maxAgeMillis: 3_600_000 }).kind).toBe('valid');
  });
});

describe('an OCSP answer', () => {
  it.each<IdentifierHash>(['sha1', 'sha256', 'sha384', 'sha512'])(
    'names its certificate by %s',
    (hash) => {
      expect(validate(withAnswers(answer({ hash }))).kind).toBe('valid');
      const other = answer({ hash, certificate: sibling.certificate });
      expect(validate(withAnswers(other))).toMatchObject(NO_ANSWER);
    },
  );

  it('is of another certificate, if the issuer has another key', () => {
    const twin = issueCa({ name: 'Sub', issuer: root });
    expect(validate(withAnswers(answer({ issuer: twin })))).toMatchObject(NO_ANSWER);
  });

  it('may be signed by whom the issuer has delegated', () => {
    const responder = responderOf(sub);
    const expected = [responder, sub].map(({ certificate }) => certificate.sha256);
    for (const by of ['name', 'key'] as const) {
      const given = answer({ responder, by, certificates: [responder] });
      const issuerPath = expected.map((sha256) => ({ sha256 }));
      expect(validate(withAnswers(given))).toMatchObject({
        kind: 'valid',
        revocation: [{ status: { issuerPath } }, {}],
      });
    }
    const intermediates = [sub.certificate, responder.certificate];
    expect(validate(withAnswers(answer({ responder })), { intermediates }).kind).toBe('valid');
  });

  const stranger = issueCa({ name: 'Stranger' });
  const attacks: readonly (readonly [what: string, responder: Identity])[] = [
    ['a stranger', stranger],
    ['a sibling without the purpose', sibling],
    ['the certificate itself', leaf],
    ['a responder of another issuer', responderOf(stranger)],
    ['a responder of the issuer above', responderOf(root)],
    [
      'one who may be anything (anyExtendedKeyUsage)',
      responderOf(sub, { extensions: [extended(OID.anyExtendedKeyUsage), NO_CHECK] }),
    ],
    [
      'a responder whose key may not sign',
      responderOf(sub, {
        extensions: [keyUsage('keyEncipherment'), extended(OID.ocspSigning), NO_CHECK],
      }),
    ],
    [
      'a responder with a critical extension that is not understood',
      responderOf(sub, {
        extensions: [
          extended(OID.ocspSigning),
          { oid: '1.2.3.4', isCritical: true, value: derNull() },
        ],
      }),
    ],
    ['a responder that had expired by then', responderOf(sub, { notAfter: hoursFromNow(-2) })],
    ['a responder that did not exist yet', responderOf(sub, { notBefore: hoursFromNow(0) })],
  ];
  it.each(attacks)('is nothing, signed by %s: the CRL stands', (_what, responder) => {
    const forged = answer({ responder, certificates: [responder] });
    expect(validate(withAnswers(forged))).toMatchObject(NO_ANSWER);
    const both = { ...withLists(listOf(REVOKED)), ...withAnswers(forged) };
    expect(validate(both)).toMatchObject(IS_REVOKED);
  });

  it('is nothing, if it names another responder than the one that signed', () => {
    const responder = responderOf(sub);
    const claimed = { ...responder, privateKey: sibling.privateKey };
    const forged = answer({ responder: claimed, certificates: [responder] });
    expect(validate(withAnswers(forged))).toMatchObject(NO_ANSWER);
  });

  it('is nothing from a responder that is revoked, unless the responder need not be asked about', () => {
    const extensions = [keyUsage('digitalSignature'), extended(OID.ocspSigning)];
    const responder = responderOf(sub, { extensions });
    const given = answer({ responder, certificates: [responder] });
    expect(validate(withAnswers(given)).kind).toBe('valid');
    // The CRL is stale, so that it says nothing about the target itself.
    const stale = listOf({
      revoked: [{ certificate: responder.certificate }],
      nextUpdate: hoursFromNow(-0.5),
    });
    expect(validate({ ...withLists(stale), ...withAnswers(given) })).toMatchObject(NO_ANSWER);
    const trusted = responderOf(sub);
    const unasked = answer({ responder: trusted, certificates: [trusted] });
    expect(validate({ ...withLists(stale), ...withAnswers(unasked) }).kind).toBe('valid');
  });

  it.each([
    ['the response', { extensions: [{ oid: '1.2.3.4', isCritical: true, value: derNull() }] }],
    ['the answer', { answerExtensions: [{ oid: '1.2.3.4', isCritical: true, value: derNull() }] }],
  ])('is nothing with a critical extension of %s that is not understood', (_, extensions) => {
    expect(validate(withAnswers(answer(extensions)))).toMatchObject(NO_ANSWER);
  });
});

describe('a CRL', () => {
  it('is nothing from anybody else of the same name', () => {
    const impostor = issueCa({ name: 'Sub' });
    const nephew = issueCa({ name: 'Sub', issuer: issueCa({ name: 'Other', issuer: root }) });
    for (const issuer of [impostor, nephew]) {
      const intermediates = [sub.certificate, issuer.certificate];
      expect(validate(withLists(crl({ issuer })), { intermediates })).toMatchObject(NO_ANSWER);
    }
  });

  it('is nothing from a CA under the same anchor that has given itself the name', () => {
    const other = issueCa({ name: 'Other', issuer: root });
    const impostor = issueCa({ name: 'Sub', issuer: other });
    const intermediates = [sub.certificate, other.certificate, impostor.certificate];
    expect(validate(withLists(crl({ issuer: impostor })), { intermediates })).toMatchObject(
      NO_ANSWER,
    );
  });

  it('may be signed with another key that the CA or its issuer has certified for that', () => {
    const extensions = [keyUsage('cRLSign')];
    for (const issuer of [sub, root]) {
      const key = issueTo({ name: 'Sub', issuer, extensions });
      const intermediates = [sub.certificate, key.certificate];
      expect(validate(withLists(crl({ issuer: key })), { intermediates }).kind).toBe('valid');
      const unfit = issueTo({ name: 'Sub', issuer });
      const without = [sub.certificate, unfit.certificate];
      const verdict = validate(withLists(crl({ issuer: unfit })), { intermediates: without });
      expect(verdict).toMatchObject(NO_ANSWER);
    }
  });

  it('is nothing from a key whose certificate is revoked', () => {
    const key = issueTo({
      name: 'Sub',
      issuer: root,
      serialNumber: 8,
      extensions: [keyUsage('cRLSign')],
    });
    const intermediates = [sub.certificate, key.certificate];
    const dead = crl({ issuer: root, revoked: [{ certificate: key.certificate }] });
    const crls = [dead, crl({ issuer: key })];
    expect(validate({ crls }, { intermediates })).toMatchObject(NO_ANSWER);
  });

  it('is nothing from a CA whose key may not sign CRLs', () => {
    const extensions = [basicConstraints({ ca: true, pathLength: null }), keyUsage('keyCertSign')];
    const ca = issueCa({ name: 'Sub', issuer: root, serialNumber: 2, extensions });
    const target = issueTo({ name: 'Leaf', issuer: ca, serialNumber: 3 }).certificate;
    const verdict = validate(withLists(crl({ issuer: ca })), {
      target,
      intermediates: [ca.certificate],
    });
    expect(verdict).toMatchObject(NO_ANSWER);
  });

  it.each([
    ['for CAs only', issuedFor(flag(2))],
    ['for attribute certificates only', issuedFor(flag(5))],
    ['for some reasons only', issuedFor(der(0x83, Uint8Array.of(6, 0x40)))],
    ['of another place', issuedFor(place('Elsewhere'))],
    ['with a critical extension that is not understood', unknown()],
  ])('is no answer %s', (_, extension) => {
    expect(validate(withLists(listOf({ extensions: [extension] })))).toMatchObject(NO_ANSWER);
    expect(validate(withLists(listOf({ extensions: [issuedFor(flag(1))] }))).kind).toBe('valid');
  });

  it('says nothing for anybody, if one of its entries is not understood', () => {
    const odd = { certificate: sibling.certificate, extensions: [unknown()] };
    expect(validate(withLists(listOf({ revoked: [odd] })))).toMatchObject(NO_ANSWER);
    const fine = { certificate: sibling.certificate, reason: 1 };
    expect(validate(withLists(listOf({ revoked: [fine] }))).kind).toBe('valid');
  });

  it('may be divided by reasons, and is an answer when all are there', () => {
    const some = issuedFor(der(0x83, Uint8Array.of(6, 0x40)));
    const others = issuedFor(der(0x83, Uint8Array.of(7, 0x3f, 0x80)));
    const first = listOf({ extensions: [some] });
    const second = listOf({ extensions: [others], nextUpdate: hoursFromNow(5) });
    expect(validate(withLists(first, second))).toMatchObject({
      kind: 'valid',
      revocation: [
        { status: { nextUpdate: hoursFromNow(5), evidence: { length: 2 } } },
        { status: { evidence: { length: 1 } } },
      ],
    });
    expect(validate(withLists(second))).toMatchObject(NO_ANSWER);
  });

  it('is completed by a delta, which neither stands alone nor speaks for another list', () => {
    const base = listOf({ number: 5 });
    const delta = listOf({ number: 7, baseNumber: 4, thisUpdate: NOW, ...REVOKED });
    expect(validate(withLists(base, delta))).toMatchObject(IS_REVOKED);
    expect(validate(withLists(delta))).toMatchObject(NO_ANSWER);
    // The base is older than what the delta adds to.
    const gap = listOf({ number: 7, baseNumber: 6, thisUpdate: NOW, ...REVOKED });
    expect(validate(withLists(base, gap)).kind).toBe('valid');

    const held = listOf({ number: 5, revoked: [{ certificate: leaf.certificate, reason: 6 }] });
    const released = { revoked: [{ certificate: leaf.certificate, reason: 8 }] };
    const back = listOf({ number: 6, baseNumber: 5, thisUpdate: NOW, ...released });
    expect(validate(withLists(held, back)).kind).toBe('valid');
  });

  it('that was made after a certificate expired does not say that it was good', () => {
    const target = issueTo({
      name: 'Leaf',
      issuer: sub,
      serialNumber: 3,
      notAfter: hoursFromNow(-10),
    }).certificate;
    const at = hoursFromNow(-20);
    expect(validate(withLists(listOf()), { target, at })).toMatchObject(NO_ANSWER);
    const keeps: Extension = {
      oid: OID.expiredCertsOnCRL,
      isCritical: false,
      value: der(0x18, new TextEncoder().encode('20200101000000Z')),
    };
    const verdict = validate(withLists(listOf({ extensions: [keeps] })), { target, at });
    expect(verdict.kind).toBe('valid');
    // That it was revoked, it can say.
    expect(validate(withLists(listOf(REVOKED)), { target, at })).toMatchObject(IS_REVOKED);
  });
});

describe('revocationStatuses', () => {
  const path = { certificates: [leaf.certificate, sub.certificate], anchor };

  it('gives every authenticated answer, newest first, in whatever order they are brought', () => {
    const crls = [-50, -3, -20].map((hours) => listOf({ thisUpdate: hoursFromNow(hours) }));
    const ocspResponses = [answer({ producedAt: hoursFromNow(-10) }), answer({ responder: leaf })];
    const context = { intermediates: [], at: NOW };
    const ages = (evidence: RevocationEvidence) =>
      revocationStatuses(path, 0, { evidence, ...context }).map(({ issuedAt }) => issuedAt);
    const expected = [-3, -10, -20, -50].map(hoursFromNow);
    expect(ages({ crls, ocspResponses })).toEqual(expected);
    expect(ages({ crls: crls.toReversed(), ocspResponses })).toEqual(expected);
    const [newest] = revocationStatuses(path, 0, { evidence: { crls, ocspResponses }, ...context });
    if (newest === undefined) throw new Error('no status');
    expect(isFresh(newest, NOW)).toBe(true);
    expect(isFresh(newest, hoursFromNow(24))).toBe(false);
  });

  it('gives none beyond its budget', () => {
    const crls = Array.from({ length: 101 }, () => listOf());
    const evidence = { crls, ocspResponses: [] };
    expect(revocationStatuses(path, 0, { evidence, intermediates: [], at: NOW })).toEqual([]);
  });
});

describe('a hostile crowd of evidence', () => {
  it('is refused above a hundred', () => {
    const crls = Array.from({ length: 101 }, () => rootList);
    expect(validate({ crls })).toMatchObject({ reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE' });
  });

  it('uses up the budget of signature checks and gets no verdict', () => {
    const impostors = Array.from({ length: 80 }, () => crl({ issuer: issueCa({ name: 'Sub' }) }));
    expect(validate(withLists(...impostors, listOf()))).toMatchObject({
      reason: 'CERTIFICATE_CHAIN_GENERAL_FAILURE',
    });
  });

  it('of signers who certify each other comes to an end', () => {
    const a = issueCa({ name: 'Sub', issuer: root, serialNumber: 20 });
    const b = issueCa({ name: 'Sub', issuer: root, serialNumber: 21 });
    const crls = [rootList, crl({ issuer: a }), crl({ issuer: b })];
    const intermediates = [sub.certificate, a.certificate, b.certificate];
    const budget = new ValidationBudget();
    expect(validate({ crls }, { intermediates, budget }).kind).toBe('valid');
    expect(budget.isExhausted).toBe(false);
  });
});

function place(name: string): Uint8Array {
  return der(0xa0, der(0xa0, der(0xa4, derName([['CN', name]]))));
}

function unknown(): Extension {
  return { oid: '1.2.3.4', isCritical: true, value: derBitString(Uint8Array.of(1)) };
}
