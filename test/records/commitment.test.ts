import { describe, expect, it } from '@jest/globals';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { sealInPlace } from '../../src/base/aead.js';
import { concat, fromHex, toHex, utf8 } from '../../src/base/bytes.js';
import { hexDigest } from '../../src/base/hex-digest.js';
import { commit, verifyCommitment } from '../../src/records/commitment.js';
import { commitAndSeal, openPart, rowIdOf } from '../../src/records/sealing.js';
import {
  idempotencyTag,
  personOpener,
  recordTag,
  tagOf,
  thingOpener,
  thingValue,
  verifyTag,
} from '../../src/records/tag.js';
import { failure } from '../support/errors.js';
import { formatExample } from '../support/format-examples.js';
import { SeededRandom } from '../support/seeded-random.js';
import { bytes32, digest, person, typeName } from './arbitraries.js';

/** By another implementation than the one under test. */
const reference = (key: Uint8Array, text: string): string => toHex(hmac(sha256, key, utf8(text)));

describe('a commitment', () => {
  it('is opened by its salt and bytes, and by nothing else', () => {
    fc.assert(
      fc.property(bytes32, fc.uint8Array(), fc.nat(), (salt, bytes, at) => {
        const commitment = commit(salt, bytes);
        expect(verifyCommitment(salt, bytes, commitment)).toBe(true);
        expect(verifyCommitment(flip(salt, at), bytes, commitment)).toBe(false);
        expect(verifyCommitment(salt, concat(bytes, Uint8Array.of(0)), commitment)).toBe(false);
        if (bytes.length > 0)
          expect(verifyCommitment(salt, flip(bytes, at), commitment)).toBe(false);
      }),
    );
  });

  it('has no second salt: HMAC would pad or hash another length to the same key', () => {
    const salt = concat(fromHex('11'.repeat(31)), Uint8Array.of(0));
    const commitment = commit(salt, utf8('x'));
    expect(commit(salt.subarray(0, 31), utf8('x'))).toBe(commitment);
    expect(verifyCommitment(salt.subarray(0, 31), utf8('x'), commitment)).toBe(false);
    expect(verifyCommitment(concat(salt, new Uint8Array(1)), utf8('x'), commitment)).toBe(false);
  });
});

describe('a tag', () => {
  it('is made in the two steps of docs/formats/commitment.md', () => {
    fc.assert(
      fc.property(bytes32, person, typeName, person, (secret, name, type, key) => {
        for (const role of ['subject', 'author', 'party'] as const) {
          const opener = personOpener(secret, role);
          expect(toHex(opener)).toBe(reference(secret, `chirograph/tag/${role}/1\0`));
          expect(tagOf(opener, name)).toBe(reference(opener, name));
        }
        const opener = thingOpener(secret, type, key);
        expect(toHex(opener)).toBe(reference(secret, `chirograph/tag/key/1\0${type}\0${key}`));
        expect(tagOf(opener, thingValue(type, key))).toBe(reference(opener, `${type}\0${key}`));
        expect(toHex(recordTag(secret, key))).toBe(
          reference(secret, `chirograph/tag/record/1\0${key}`),
        );
        expect(toHex(idempotencyTag(secret, 'kyc', key))).toBe(reference(secret, `kyc\0${key}`));
      }),
    );
  });

  it('is opened by its own opener and value only', () => {
    const opener = personOpener(fromHex('01'.repeat(32)), 'subject');
    const tag = tagOf(opener, 'customer-4711');
    expect(verifyTag('customer-4711', opener, tag)).toBe(true);
    expect(verifyTag('customer-4712', opener, tag)).toBe(false);
    expect(verifyTag('customer-4711', flip(opener, 3), tag)).toBe(false);
    const author = tagOf(personOpener(fromHex('01'.repeat(32)), 'author'), 'customer-4711');
    expect(author).not.toBe(tag);
    expect(verifyTag('customer-4711', opener, author)).toBe(false);
  });

  it('of a thing without a key is none of a thing with one', () => {
    expect(thingValue('a.b')).toBe('a.b\0');
    expect(thingValue('a', 'b')).toBe('a\0b');
  });
});

describe('a sealed part', () => {
  const random = new SeededRandom('sealed part');
  const content = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'grapheme' }));

  it('opens under its secret to the content that was committed to', () => {
    fc.assert(
      fc.property(content, bytes32, (value, secret) => {
        const rowId = secret.slice(0, 16);
        const { sealed, commitment } = commitAndSeal(value, { rowId, secret }, random);
        const { salt, bytes } = openPart(sealed, secret, commitment);
        expect(bytes).toEqual(typeof value === 'string' ? utf8(value) : value);
        expect(verifyCommitment(salt, bytes, commitment)).toBe(true);
        expect(rowIdOf(sealed)).toEqual(rowId);
      }),
    );
  });

  it('does not open with one bit changed, under another secret, or for another commitment', () => {
    fc.assert(
      fc.property(content, bytes32, digest, fc.nat(), (value, secret, other, at) => {
        const rowId = secret.slice(0, 16);
        const { sealed, commitment } = commitAndSeal(value, { rowId, secret }, random);
        const bit = at % (sealed.length * 8);
        // The row id only says where to look for the secret; the first byte is the format.
        if (bit >= 17 * 8)
          expect(failure(() => openPart(flip(sealed, bit), secret, commitment)).code).toBe(
            'SEAL_REFUSED',
          );
        expect(failure(() => openPart(sealed, flip(secret, at), commitment)).code).toBe(
          'SEAL_REFUSED',
        );
        expect(failure(() => openPart(sealed, secret, other)).code).toBe('SEAL_REFUSED');
      }),
    );
  });

  it('is refused in the same way when it was cut, and by name when it is newer', () => {
    const secret = new Uint8Array(32);
    const part = commitAndSeal('x', { rowId: new Uint8Array(16), secret }, random);
    for (let length = 0; length < part.sealed.length; length++)
      expect(
        failure(() => openPart(part.sealed.subarray(0, length), secret, part.commitment)).code,
      ).toBe('SEAL_REFUSED');
    const format = (number: number): Uint8Array => Uint8Array.of(number, ...part.sealed.slice(1));
    expect(failure(() => openPart(format(0), secret, part.commitment)).code).toBe('SEAL_REFUSED');
    expect(failure(() => rowIdOf(format(2))).code).toBe('RECORD_FORMAT_NEWER');
  });

  it('is refused if it was sealed for a commitment that its content does not open', () => {
    // A dishonest writer: seals other bytes than those in the tree, under the right secret.
    const secret = new Uint8Array(32).fill(7);
    const honest = commitAndSeal('honest', { rowId: new Uint8Array(16), secret }, random);
    const forged = sealFor(honest.commitment, 'forged', secret);
    expect(failure(() => openPart(forged, secret, honest.commitment)).code).toBe('SEAL_REFUSED');
  });

  it('never has the same bytes twice', () => {
    const under = { rowId: new Uint8Array(16), secret: new Uint8Array(32) };
    const seen = new Set<string>();
    for (let n = 0; n < 100; n++) {
      const { sealed, commitment } = commitAndSeal('same', under, random);
      seen.add(commitment).add(toHex(sealed.subarray(17, 41)));
    }
    expect(seen.size).toBe(200);
  });
});

describe('docs/formats/commitment.md', () => {
  it('shows values that come out', () => {
    const example = formatExample('commitment');
    const value = (name: string): string => {
      const text = example[name];
      if (text === undefined) throw new Error(`the example has no ${name}`);
      return text;
    };
    const subjectSecret = fromHex(value('S'));
    const authorSecret = fromHex(value('A'));
    const openers = {
      subject: personOpener(subjectSecret, 'subject'),
      key: thingOpener(subjectSecret, value('type'), value('key')),
      author: personOpener(authorSecret, 'author'),
    };
    expect(toHex(openers.subject)).toBe(value('subject opener'));
    expect(tagOf(openers.subject, value('subject'))).toBe(value('subject tag'));
    expect(toHex(openers.key)).toBe(value('key opener'));
    expect(tagOf(openers.key, thingValue(value('type'), value('key')))).toBe(value('key tag'));
    expect(toHex(openers.author)).toBe(value('author opener'));
    expect(tagOf(openers.author, value('author'))).toBe(value('author tag'));
    const payload = utf8(value('payload'));
    const salt = fromHex(value('salt'));
    expect(commit(salt, payload)).toBe(value('commitment'));
    const sealed = fromHex(value('sealed part'));
    expect(toHex(rowIdOf(sealed))).toBe(value('row id'));
    const opened = openPart(sealed, fromHex(value('data secret')), hexDigest(value('commitment')));
    expect(opened).toEqual({ salt, bytes: payload });
  });
});

function sealFor(commitment: string, text: string, secret: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(24);
  const buffer = concat(new Uint8Array(32), utf8(text), new Uint8Array(16));
  const associatedData = concat(utf8('chirograph/part/1\0'), fromHex(commitment));
  sealInPlace(buffer, secret, nonce, associatedData);
  return concat(Uint8Array.of(1), new Uint8Array(16), nonce, buffer);
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const changed = new Uint8Array(bytes);
  const bit = at % (bytes.length * 8);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}
