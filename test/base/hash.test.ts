import { describe, expect, it } from '@jest/globals';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { concat, fromHex, toHex, utf8 } from '../../src/base/bytes.js';
import { hmacSha256, HmacSha256Key, sha256 } from '../../src/base/hash.js';

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('of %j is what FIPS 180-4 says', (text, digest) => {
    expect(toHex(sha256(utf8(text)))).toBe(digest);
  });

  it('hashes parts as if they were joined', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (parts) => {
        expect(sha256(...parts)).toEqual(nobleSha256(concat(...parts)));
      }),
    );
  });
});

describe('hmacSha256', () => {
  // RFC 4231 §4.2 to §4.8, without the truncated case 5.
  it.each([
    [
      '0b'.repeat(20),
      toHex(utf8('Hi There')),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      toHex(utf8('Jefe')),
      toHex(utf8('what do ya want for nothing?')),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(20),
      'dd'.repeat(50),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      '0102030405060708090a0b0c0d0e0f10111213141516171819',
      'cd'.repeat(50),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      'aa'.repeat(131),
      toHex(utf8('Test Using Larger Than Block-Size Key - Hash Key First')),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      'aa'.repeat(131),
      toHex(
        utf8(
          'This is a test using a larger than block-size key and a larger than block-size data. ' +
            'The key needs to be hashed before being used by the HMAC algorithm.',
        ),
      ),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ])('under key %s is what RFC 4231 says', (key, data, tag) => {
    expect(toHex(hmacSha256(fromHex(key), fromHex(data)))).toBe(tag);
  });

  it('covers parts as if they were joined', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.uint8Array()), (key, parts) => {
        expect(hmacSha256(key, ...parts)).toEqual(hmac(nobleSha256, key, concat(...parts)));
      }),
    );
  });

  it('is the same under a key that is kept, one message after the other', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.array(fc.array(fc.uint8Array({ maxLength: 3000, size: 'max' }), { maxLength: 3 })),
        (key, messages) => {
          const kept = new HmacSha256Key(key);
          for (const parts of messages)
            expect(kept.of(...parts)).toEqual(hmacSha256(key, ...parts));
        },
      ),
    );
    expect(() => new HmacSha256Key(new Uint8Array(65))).toThrow('a longer key');
  });
});
