/** What nodes say of secrets, of what they have destroyed and of ledgers that they offer: one spelling, and nothing else is taken. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UnixMillis } from '../../../src/base/brand.js';
import { hexDigest, type HexDigest } from '../../../src/base/hex-digest.js';
import { dataScope, tagsScope } from '../../../src/base/secret-scope.js';
import type { NodeId } from '../../../src/replication/protocol/term.js';
import {
  type ErasedMessage,
  formatErasedMessage,
  MAX_COPIES,
  parseErasedMessage,
} from '../../../src/replication/shared/erased-message.js';
import {
  formatOffer,
  type LedgerOffer,
  parseOffer,
} from '../../../src/replication/shared/offer.js';
import {
  formatSecretMessage,
  parseSecretMessage,
  type SecretMessage,
} from '../../../src/replication/shared/secret-message.js';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const secret = fc.record({
  rowId: bytes(16),
  scope: fc.constantFrom(tagsScope('alice'), dataScope('Bob "B"', 'kyc', '2026-11')),
  secret: bytes(32),
});
const count = fc.nat({ max: 2 ** 40 });
const message: fc.Arbitrary<SecretMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('ask' as const),
    id: count,
    origin: fc.constant('a.example/1/kyc'),
    from: count,
    to: count,
  }),
  fc.record({
    kind: fc.constant('give' as const),
    id: count,
    to: count,
    more: fc.boolean(),
    secrets: fc.array(secret, { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('refuse' as const), id: count }),
);

const hex = (digit: string): string => digit.repeat(64);
const OFFER: LedgerOffer = {
  origin: 'a.example/0011223344556677/kyc',
  members: [hex('1'), hex('2')] as NodeId[],
  data: {
    tenant: {
      ...{ handle: '0011223344556677', name: 'acme', recoveryKey: 'a.example+11111111+AAAA' },
      root: new Uint8Array(32).fill(7),
    },
    ledger: { handle: '8899aabbccddeeff', name: 'kyc' },
    keys: [{ corePublicKey: hex('3'), verifierKey: 'a.example+22222222+BBBB', ended: null }],
  },
  claim: {
    group: {
      members: [hex('1'), hex('2')].map((node) => ({
        ...{ node: node as NodeId, site: 'ber1', hasData: true, mayWrite: true },
      })),
      ...{ sites: 1, voteQuorum: 2, writeQuorum: 2 },
    },
    term: { number: 4, node: hex('1') as NodeId },
    votes: ['1', '2'].map((by) => ({
      ...{ by: hexDigest(hex(by)), length: 7, lastTerm: { node: hexDigest(hex('2')), number: 3 } },
      signature: Buffer.alloc(64).toString('base64'),
    })),
  },
};

describe('messages about secrets', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(message, (said) => {
        const read = parseSecretMessage(formatSecretMessage(said));
        expect(JSON.stringify(read)).toBe(
          JSON.stringify({ ...said, ...('secrets' in said && { secrets: said.secrets }) }, null),
        );
      }),
    );
  });

  it('never quote a secret in what they are refused with', () => {
    fc.assert(
      fc.property(secret, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, by) => {
        const written = formatSecretMessage({
          ...{ kind: 'give', id: 1, to: 2, more: false, secrets: [one] },
        });
        const place = at % written.length;
        written[place] = (written[place] ?? 0) ^ by;
        const text = Buffer.from(one.secret).toString('base64');
        try {
          parseSecretMessage(written);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BYTES_MALFORMED' });
          expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(text);
          expect((error as Error).cause).toBeUndefined();
        }
      }),
    );
  });

  it.each([
    ['another format', '{"$v":2,"id":1,"kind":"refuse"}'],
    ['another kind', '{"$v":1,"id":1,"kind":"take"}'],
    ['another member', '{"$v":1,"id":1,"kind":"refuse","more":true}'],
    ['another order', '{"id":1,"$v":1,"kind":"refuse"}'],
    ['no JSON', '{'],
  ])('are refused with %s', (_, text) => {
    expect(() => parseSecretMessage(Buffer.from(text))).toThrow('a message about secrets');
  });
});

describe('a word about erasures', () => {
  const digest = fc.stringMatching(/^[0-9a-f]{64}$/) as fc.Arbitrary<HexDigest>;
  const word: fc.Arbitrary<ErasedMessage> = fc.record({
    at: count.map((at) => at as UnixMillis),
    copies: fc.nat({ max: MAX_COPIES }),
    erasure: count,
    leafHash: digest,
    origin: fc.constant('a.example/1/kyc'),
    signature: bytes(64).map((signature) => Buffer.from(signature).toString('base64')),
  });

  it('is read as it was written, and altered is another one, or refused', () => {
    fc.assert(
      fc.property(word, fc.nat(), fc.integer({ min: 1, max: 255 }), (said, at, by) => {
        const written = formatErasedMessage(said);
        expect(parseErasedMessage(written)).toEqual(said);
        written[at % written.length] = (written[at % written.length] ?? 0) ^ by;
        let read;
        try {
          read = parseErasedMessage(written);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BYTES_MALFORMED' });
          return;
        }
        expect(read).not.toEqual(said);
        expect(Buffer.from(formatErasedMessage(read))).toEqual(Buffer.from(written));
      }),
    );
  });

  it('is refused with another member, or none of them', () => {
    const [said] = fc.sample(word, 1);
    if (said === undefined) throw new Error('a word was made');
    const text = Buffer.from(formatErasedMessage(said)).toString();
    for (const altered of [
      text.replace('"$v":1', '"$v":2'),
      text.replace('"copies"', '"copied"'),
      text.replace(/"copies":\d+/, `"copies":${MAX_COPIES + 1}`),
      text.replace('"copies"', '"a":1,"copies"'),
      '{',
    ])
      expect(() => parseErasedMessage(Buffer.from(altered))).toThrow('a word about erasures');
  });
});

describe('an offer', () => {
  it('is read as it was written, with data and without', () => {
    expect(parseOffer(formatOffer(OFFER))).toEqual(OFFER);
    const voter = { ...OFFER, data: null };
    expect(parseOffer(formatOffer(voter))).toEqual(voter);
    const unelected = { ...voter, claim: { ...voter.claim, votes: [] } };
    expect(parseOffer(formatOffer(unelected))).toEqual(unelected);
  });

  it('is refused with another member, a short key or no keys, and quotes nothing', () => {
    const text = Buffer.from(formatOffer(OFFER)).toString();
    const root = Buffer.from(new Uint8Array(32).fill(7)).toString('base64');
    for (const altered of [
      text.replace('"members"', '"membres"'),
      text.replace(root, root.slice(4)),
      text.replace(/"keys":\[.*?\]/, '"keys":[]'),
      text.replace('0011223344556677"', '001122334455667"'),
      text.replace('"acme"', '"_node"'),
      text.replace('"acme"', '"../acme"'),
      text.replace('"kyc"', '"_access"'),
    ]) {
      expect(altered).not.toBe(text);
      const refused = (): unknown => parseOffer(Buffer.from(altered));
      expect(refused).toThrow();
      try {
        refused();
      } catch (error) {
        expect(String(error)).not.toContain(root.slice(0, 12));
      }
    }
  });
});
