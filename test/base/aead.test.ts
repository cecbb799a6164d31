import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AEAD_TAG_LENGTH, openInPlace, openSealed, sealInPlace } from '../../src/base/aead.js';
import { fromHex, toHex, utf8 } from '../../src/base/bytes.js';

const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

describe('XChaCha20-Poly1305', () => {
  it('gives the result of draft-irtf-cfrg-xchacha-03 appendix A.3.1', () => {
    const plaintext = utf8(
      'Ladies and Gentlemen of the class of ’99: '.replace('’', "'") +
        'If I could offer you only one tip for the future, sunscreen would be it.',
    );
    const associatedData = fromHex('50515253c0c1c2c3c4c5c6c7');
    const key = fromHex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f');
    const nonce = fromHex('404142434445464748494a4b4c4d4e4f5051525354555657');
    const sealed = seal(plaintext, key, nonce, associatedData);
    expect(toHex(sealed)).toBe(
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb' +
        '731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452' +
        '2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
        '21f9664c97637da9768812f615c68b13b52e' +
        'c0875924c1c7987947deafd8780acf49',
    );
    expect(openSealed(sealed, key, nonce, associatedData)).toEqual(plaintext);
  });

  it('opens what it sealed, and nothing with one bit changed anywhere', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        bytesOf(32),
        bytesOf(24),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        fc.nat(),
        (plaintext, key, nonce, associatedData, at) => {
          const sealed = seal(plaintext, key, nonce, associatedData);
          expect(openSealed(sealed, key, nonce, associatedData)).toEqual(plaintext);
          const inPlace = sealed.slice();
          expect(openInPlace(inPlace, key, nonce, associatedData)).toEqual(plaintext);
          expect(inPlace.subarray(0, plaintext.length)).toEqual(plaintext);
          const parts = [sealed, key, nonce, associatedData] as const;
          for (const [position, part] of parts.entries()) {
            const [first, second, third, fourth] = parts.map((original, other) =>
              other === position ? flipBit(original, at % (part.length * 8)) : original,
            );
            if (first === undefined || second === undefined) throw new Error('four parts');
            if (third === undefined || fourth === undefined) throw new Error('four parts');
            expect(openSealed(first, second, third, fourth)).toBeNull();
            expect(openInPlace(first.slice(), second, third, fourth)).toBeNull();
          }
        },
      ),
    );
  });

  it('does not open what is shorter than a tag, or was cut', () => {
    const [key, nonce, none] = [new Uint8Array(32), new Uint8Array(24), new Uint8Array(0)];
    const sealed = seal(utf8('abc'), key, nonce, none);
    for (let length = 0; length < sealed.length; length++)
      for (const open of [openSealed, openInPlace])
        expect(open(sealed.slice(0, length), key, nonce, none)).toBeNull();
  });

  it('crashes on a key or nonce of the wrong length instead of calling it tampering', () => {
    const sealed = new Uint8Array(20);
    expect(() => openSealed(sealed, new Uint8Array(31), new Uint8Array(24), sealed)).toThrow();
    expect(() => openSealed(sealed, new Uint8Array(32), new Uint8Array(12), sealed)).toThrow();
  });
});

function seal(
  plaintext: Uint8Array,
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array {
  const buffer = new Uint8Array(plaintext.length + AEAD_TAG_LENGTH);
  buffer.set(plaintext);
  sealInPlace(buffer, key, nonce, associatedData);
  return buffer;
}

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = new Uint8Array(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}
