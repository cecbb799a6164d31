import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../src/base/brand.js';
import { concat, toHex, utf8 } from '../../src/base/bytes.js';
import { sha256 } from '../../src/base/hash.js';
import { ALGORITHM_POLICY_2026_11 } from '../../src/signing/algorithm-policy.js';
import { keyUsage } from '../../src/signing/certificate-builder.js';
import { contextTag } from '../../src/signing/der-tag.js';
import {
  der,
  derBoolean,
  derInteger,
  derNamedBits,
  derOctetString,
  derOid,
  derSequence,
  derUtf8String,
} from '../../src/signing/der-writer.js';
import { type DigestName, digestOf, DIGESTS } from '../../src/signing/digest-algorithms.js';
import {
  acceptsPolicy,
  completeTimeStamp,
  prepareTimeStamp,
} from '../../src/signing/time-stamp-issuer.js';
import {
  encodeTimeStampRequest,
  parseTimeStampRequest,
  type TimeStampRequest,
} from '../../src/signing/time-stamp-request.js';
import { checkTimeStampResponse } from '../../src/signing/time-stamp-response-check.js';
import {
  encodeGrantedTimeStamp,
  encodeRejectedTimeStamp,
  parseTimeStampResponse,
  TIME_STAMP_RESPONSE_LIMITS,
} from '../../src/signing/time-stamp-response.js';
import { BerEncoder } from './support/ber-encoder.js';
import { at, encode, treeOf } from './support/der-tree.js';
import { issueCa, NOW } from './support/test-pki.js';
import { issuerOf, issueTsa, POLICY, requestFor, stampedBy } from './support/time-stamping.js';

const root = issueCa({ name: 'Root' });
const tsa = issueTsa({ name: 'TSA', issuer: root });
const content = utf8('what existed');
const request = requestFor(content);
const granted = encodeGrantedTimeStamp(stampedBy(tsa, issuerOf(tsa), request));
const MALFORMED = expect.objectContaining({ code: 'TIME_STAMP_MALFORMED' }) as unknown as Error;

function check(response: Uint8Array, to: TimeStampRequest = request, toleranceMillis = 60_000) {
  return checkTimeStampResponse(to, parseTimeStampResponse(response), {
    ...{ now: NOW, toleranceMillis },
    policy: ALGORITHM_POLICY_2026_11,
  });
}

describe('a request', () => {
  const anyOrder = fc.constantFrom<DigestName>('sha256', 'sha384', 'sha512').chain((digest) =>
    fc.record({
      digest: fc.constant(digest),
      hash: fc.uint8Array({ minLength: DIGESTS[digest].length, maxLength: DIGESTS[digest].length }),
      nonce: fc.option(fc.uint8Array({ minLength: 1, maxLength: 63 })),
      policy: fc.option(fc.constantFrom(POLICY, '1.2.3')),
      certReq: fc.boolean(),
    }),
  );

  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyOrder, (order) => {
        const read = parseTimeStampRequest(encodeTimeStampRequest(order));
        expect(read).toMatchObject({
          imprint: { digest: DIGESTS[order.digest], hash: order.hash },
          policy: order.policy,
          certReq: order.certReq,
        });
        const number = (bytes: Uint8Array | null) =>
          bytes === null ? null : BigInt(`0x0${toHex(bytes)}`);
        expect(number(read.nonce)).toBe(number(order.nonce));
      }),
    );
  });

  const imprint = derSequence(DIGESTS.sha256.identifier, derOctetString(sha256(content)));
  it.each([
    ['of another version', derSequence(derInteger(2), imprint)],
    ['without an imprint', derSequence(derInteger(1))],
    ['with an extension', derSequence(derInteger(1), imprint, der(contextTag(0), derSequence()))],
    ['with a nonce of 65 bytes', derSequence(derInteger(1), imprint, derInteger(2n ** 519n))],
    ['in another order', derSequence(derInteger(1), imprint, derBoolean(true), derInteger(1))],
    ['with bytes behind it', concat(derSequence(derInteger(1), imprint), derInteger(1))],
    ['of ten megabytes', new Uint8Array(10_000_000).fill(0x30)],
  ])('is refused %s', (_name, bytes) => {
    expect(() => parseTimeStampRequest(bytes)).toThrow(MALFORMED);
  });
});

describe('an answer', () => {
  it('that is granted is accepted', () => {
    const result = check(granted);
    expect(result).toMatchObject({
      kind: 'accepted',
      certificate: { sha256: tsa.certificate.sha256 },
      algorithm: { name: 'ecdsa-sha256' },
      token: { info: { genTime: NOW } },
    });
  });

  it('that is granted with modifications is accepted if it still fits', () => {
    const modified = treeOf(granted);
    at(modified, 0, 0).content = Uint8Array.of(1);
    expect(check(encode(modified)).kind).toBe('accepted');
  });

  it('in BER is the same answer', () => {
    const anyTape = fc.array(fc.nat(255), { maxLength: 1_000 });
    fc.assert(
      fc.property(anyTape, (tape) => {
        const ber = new BerEncoder(tape).encode(treeOf(granted));
        expect(check(ber).kind).toBe('accepted');
      }),
      { numRuns: 50 },
    );
  });

  it('over SHA-384 and SHA-512 is accepted', () => {
    for (const digest of ['sha384', 'sha512'] as const) {
      const to = requestFor(content, { digest, hash: digestOf(DIGESTS[digest], content) });
      const response = encodeGrantedTimeStamp(stampedBy(tsa, issuerOf(tsa), to));
      expect(check(response, to).kind).toBe('accepted');
      expect(check(response)).toMatchObject({ flaw: 'imprint' });
    }
  });

  const to = (changed: Parameters<typeof requestFor>[1]): TimeStampRequest =>
    requestFor(content, changed);
  it.each<readonly [string, string, TimeStampRequest]>([
    ['another hash', 'imprint', requestFor(utf8('else'))],
    ['another nonce', 'nonce', to({ nonce: Uint8Array.of(1) })],
    ['no nonce', 'nonce', to({ nonce: null })],
    ['another policy', 'policy', to({ policy: '1.2.3' })],
  ])('to a request with %s is refused: %s', (_name, flaw, asked) => {
    expect(check(granted, asked)).toMatchObject({ kind: 'refused', flaw, subIndication: null });
  });

  it('without a nonce is refused where one was sent', () => {
    const stale = stampedBy(tsa, issuerOf(tsa), to({ nonce: null }));
    expect(check(encodeGrantedTimeStamp(stale))).toMatchObject({ flaw: 'nonce' });
  });

  it('without the certificate is refused where that was asked for', () => {
    const bare = stampedBy(tsa, issuerOf(tsa), to({ certReq: false }));
    expect(check(encodeGrantedTimeStamp(bare))).toMatchObject({ flaw: 'no-certificate' });
  });

  it('whose token is not genuine is refused, and says why', () => {
    const signer = issueTsa({
      name: 'S',
      issuer: root,
      extensions: [keyUsage('digitalSignature')],
    });
    const unsuitable = encodeGrantedTimeStamp(stampedBy(signer, issuerOf(signer), request));
    expect(check(unsuitable)).toMatchObject({
      flaw: 'token',
      subIndication: 'CHAIN_CONSTRAINTS_FAILURE',
    });
    const forgery = encodeGrantedTimeStamp(stampedBy(signer, issuerOf(tsa), request));
    expect(check(forgery)).toMatchObject({ flaw: 'token', subIndication: 'SIG_CRYPTO_FAILURE' });
  });

  it('of another time is refused, the tolerance and its accuracy allowed', () => {
    const flawAt = (offset: number, toleranceMillis: number, accuracyMillis: number | null) => {
      const issuer = issuerOf(tsa, { accuracyMillis });
      const token = stampedBy(tsa, issuer, request, (NOW + offset) as UnixMillis);
      const result = check(encodeGrantedTimeStamp(token), request, toleranceMillis);
      return result.kind === 'refused' ? result.flaw : null;
    };
    for (const direction of [-1, 1]) {
      expect(flawAt(direction * 5_000, 5_000, null)).toBeNull();
      expect(flawAt(direction * 5_001, 5_000, null)).toBe('implausible-time');
      expect(flawAt(direction * 6_500, 5_000, 1_500)).toBeNull();
      expect(flawAt(direction * 6_501, 5_000, 1_500)).toBe('implausible-time');
    }
  });

  it('that is a refusal says what the authority says, safe to print', () => {
    const refusal = encodeRejectedTimeStamp('unacceptedPolicy', 'no such policy\u202e\n');
    const response = parseTimeStampResponse(refusal);
    expect(response).toEqual({
      status: 'rejection',
      statusString: ['no such policy\\e2\\80\\ae\\0a'],
      failInfo: ['unacceptedPolicy'],
      token: null,
    });
    expect(check(refusal)).toMatchObject({
      flaw: 'rejected',
      says: 'The authority answers rejection (unacceptedPolicy): no such policy\\e2\\80\\ae\\0a.',
    });
  });

  it('that is a refusal may say nothing, or what no RFC names', () => {
    const waiting = derSequence(derSequence(derInteger(3)));
    expect(check(waiting)).toMatchObject({ says: 'The authority answers waiting.' });
    const odd = derSequence(derSequence(derInteger(2), derNamedBits([1, 25])));
    expect(parseTimeStampResponse(odd).failInfo).toEqual(['bit-1', 'systemFailure']);
  });

  const tokenOf = (response: Uint8Array): Uint8Array => encode(at(treeOf(response), 1));
  it.each([
    ['a grant without a token', derSequence(derSequence(derInteger(0)))],
    ['a rejection with a token', derSequence(derSequence(derInteger(2)), tokenOf(granted))],
    ['a status that is not known', derSequence(derSequence(derInteger(6)))],
    ['no status', derSequence()],
    ['a text that is no list', derSequence(derSequence(derInteger(2), derUtf8String('no')))],
    [
      'a text that is not UTF-8',
      derSequence(derSequence(derInteger(2), derSequence(der(0x0c, Uint8Array.of(0xff))))),
    ],
    [
      'seventeen texts',
      derSequence(
        derSequence(
          derInteger(2),
          derSequence(...Array.from({ length: 17 }, () => derUtf8String('no'))),
        ),
      ),
    ],
    ['a token that is none', derSequence(derSequence(derInteger(0)), derSequence(derOid('1.2')))],
    ['bytes behind it', concat(granted, derInteger(1))],
    ['a byte less', granted.subarray(0, -1)],
    ['ten megabytes', derSequence(new Uint8Array(10_000_000))],
    ['a byte more than is read', new Uint8Array(TIME_STAMP_RESPONSE_LIMITS.maxBytes + 1)],
  ])('that is %s is malformed', (_name, bytes) => {
    expect(() => parseTimeStampResponse(bytes)).toThrow(MALFORMED);
  });

  it('of the largest size, however hostile, is refused within a second of work', () => {
    const { maxBytes } = TIME_STAMP_RESPONSE_LIMITS;
    const open = Uint8Array.from({ length: maxBytes }, (_, i) => (i % 2 === 0 ? 0x30 : 0x80));
    const pieces = concat(Uint8Array.of(0x30, 0x80), new Uint8Array(maxBytes - 2).fill(0x24));
    const small = der(0x31, ...Array<Uint8Array>(30_000).fill(Uint8Array.of(5, 0)));
    // Of this process alone: a loaded machine is slow at everything.
    const started = process.cpuUsage();
    for (const bytes of [open, pieces, derSequence(small, derOctetString(new Uint8Array(60_000)))])
      expect(() => parseTimeStampResponse(bytes)).toThrow(MALFORMED);
    expect(process.cpuUsage(started).user / 1e6).toBeLessThan(3);
  });
});

describe('an issuer', () => {
  it('stamps under its own policy, asked for or not, and no other', () => {
    const issuer = issuerOf(tsa);
    expect(acceptsPolicy(issuer, requestFor(content))).toBe(true);
    expect(acceptsPolicy(issuer, requestFor(content, { policy: POLICY }))).toBe(true);
    const other = requestFor(content, { policy: '1.2.3' });
    expect(acceptsPolicy(issuer, other)).toBe(false);
    const stamp = { serialNumber: Uint8Array.of(1), genTime: NOW };
    expect(() => prepareTimeStamp(issuer, other, stamp)).toThrow(/assertion/);
  });

  it('prepares the same bytes for the same request, serial number and instant', () => {
    const stamp = { serialNumber: Uint8Array.of(0xff, 1), genTime: NOW };
    const [once, twice] = [1, 2].map(() => prepareTimeStamp(issuerOf(tsa), request, stamp));
    expect(once).toEqual(twice);
    if (once === undefined) return;
    const value = new Uint8Array(64);
    expect(completeTimeStamp(once, value)).toEqual(completeTimeStamp(once, value));
  });
});
