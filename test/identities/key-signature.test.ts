import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../src/base/bytes.js';
import { isSignedByKey, lowerForm } from '../../src/identities/key-signature.js';
import { KEY_VECTORS, keyVectors } from './support/key-vectors.js';

describe('vectors of Wycheproof', () => {
  it.each(KEY_VECTORS)('%s', (file, alg, cases) => {
    const wrong: number[] = [];
    let higher = 0;
    const vectors = keyVectors(file, alg);
    for (const { id, key, message, value, isValid } of vectors) {
      const isOther = isValid && toHex(lowerForm(alg, value)) !== toHex(value);
      if (isOther) higher++;
      // Valid by the book, and not in the form that is taken.
      if (isOther && isSignedByKey(key, message, value)) wrong.push(id);
      const taken = isOther ? lowerForm(alg, value) : value;
      if (isSignedByKey(key, message, taken) !== isValid) wrong.push(id);
    }
    expect({ wrong, seen: vectors.length }).toEqual({ wrong: [], seen: cases });
    expect(higher > 0).toBe(alg === 'ES256K');
  });
});
