import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8 } from '../../../src/base/bytes.js';
import { otsDigest } from '../../../src/evidence/opentimestamps/digests.js';
import { isOtsFile } from '../../../src/evidence/opentimestamps/ots-file.js';
import { parseOtsFile } from '../../../src/evidence/opentimestamps/parse-ots-file.js';
import { writeOtsFile } from '../../../src/evidence/opentimestamps/write-ots-file.js';
import { failure } from '../../support/errors.js';
import { anyOtsFile, reversed } from './support/any-ots-file.js';
import { INVALID_OTS_VECTORS, OTS_VECTORS } from './support/ots-vectors.js';

describe('files made elsewhere', () => {
  it.each(OTS_VECTORS)('are read, and written back byte for byte: $name', ({ content, bytes }) => {
    expect(isOtsFile(bytes)).toBe(true);
    const file = parseOtsFile(bytes);
    expect(toHex(file.digest)).toBe(toHex(otsDigest(file.hash, content)));
    expect(toHex(writeOtsFile(file))).toBe(toHex(bytes));
  });

  it.each(INVALID_OTS_VECTORS)('are refused as the library refuses them: $name', (vector) => {
    expect(isOtsFile(vector.bytes)).toBe(true);
    expect(failure(() => parseOtsFile(vector.bytes)).code).toBe(vector.code);
  });
});

describe('any file', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(anyOtsFile, (file) => {
        expect(parseOtsFile(writeOtsFile(file))).toEqual(file);
      }),
    );
  });

  it('is written in one order, whatever the order of what it is made of', () => {
    fc.assert(
      fc.property(anyOtsFile, (file) => {
        const other = { ...file, timestamp: reversed(file.timestamp) };
        expect(toHex(writeOtsFile(other))).toBe(toHex(writeOtsFile(file)));
      }),
    );
  });

  it('is refused without its last byte, and with one more', () => {
    fc.assert(
      fc.property(anyOtsFile, fc.integer({ min: 0, max: 255 }), (file, byte) => {
        const bytes = writeOtsFile(file);
        for (const other of [bytes.subarray(0, -1), Uint8Array.of(...bytes, byte)])
          expect(failure(() => parseOtsFile(other)).code).toBe('OTS_MALFORMED');
      }),
    );
  });

  it('is none if it begins as one and is nothing else, or begins otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(isOtsFile(bytes)).toBe(false);
        expect(failure(() => parseOtsFile(bytes)).code).toBe('OTS_MALFORMED');
      }),
    );
  });
});

describe('what cannot be read is not written', () => {
  const file = {
    hash: 'sha256',
    digest: new Uint8Array(32),
    timestamp: { attestations: [], branches: [] },
  } as const;

  it('a node that has nothing', () => {
    expect(failure(() => writeOtsFile(file)).code).toBe('OTS_MALFORMED');
  });

  it('an attestation twice', () => {
    const attestation = { kind: 'bitcoin', height: 1 } as const;
    const twice = { attestations: [attestation, attestation], branches: [] };
    expect(failure(() => writeOtsFile({ ...file, timestamp: twice })).code).toBe('OTS_MALFORMED');
  });
});

/** From FIPS 180-4 and the papers of RIPEMD-160 and Keccak, of `abc`. */
describe('the digests', () => {
  it.each([
    ['sha1', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['ripemd160', '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc'],
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['keccak256', '4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45'],
  ] as const)('are those of their names: %s', (name, digest) => {
    expect(toHex(otsDigest(name, utf8('abc')))).toBe(digest);
  });
});
