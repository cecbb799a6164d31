import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toHex, utf8 } from '../../../src/base/bytes.js';
import {
  algorithmOfHeader,
  CHECKSUM_LENGTH,
  checksumHeader,
  parseChecksumAlgorithm,
  startChecksum,
} from '../../../src/gateways/s3/checksum.js';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
} from '../../../src/gateways/s3/s3-request.js';

/** The check values of the catalogues (RevEng for CRCs, FIPS 180-4 for the others): of `123456789`. */
const OF_DIGITS: Readonly<Record<ChecksumAlgorithm, string>> = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

function digestOf(algorithm: ChecksumAlgorithm, pieces: readonly Uint8Array[]): string {
  const checksum = startChecksum(algorithm);
  for (const piece of pieces) checksum.update(piece);
  return toHex(checksum.digest());
}

describe.each(CHECKSUM_ALGORITHMS)('%s', (algorithm) => {
  it('is what the catalogue says', () => {
    expect(digestOf(algorithm, [utf8('123456789')])).toBe(OF_DIGITS[algorithm]);
    expect(CHECKSUM_LENGTH[algorithm] * 2).toBe(OF_DIGITS[algorithm].length);
  });

  it('does not depend on how the bytes come in pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (pieces) => {
        const whole = Uint8Array.from(pieces.flatMap((piece) => [...piece]));
        expect(digestOf(algorithm, pieces)).toBe(digestOf(algorithm, [whole]));
      }),
    );
  });

  it('has a header', () => {
    expect(algorithmOfHeader(checksumHeader(algorithm))).toBe(algorithm);
    expect(parseChecksumAlgorithm(algorithm.toLowerCase())).toBe(algorithm);
  });
});

/** Bit by bit, as the definition has it. */
function slowCrc64(bytes: Uint8Array): string {
  let crc = 0xffff_ffff_ffff_ffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++)
      crc = (crc >> 1n) ^ ((crc & 1n) === 1n ? 0x9a6c_9329_ac4b_c9b5n : 0n);
  }
  return (crc ^ 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
}

describe('CRC64NVME', () => {
  it('is what a division bit by bit gives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(digestOf('CRC64NVME', [bytes])).toBe(slowCrc64(bytes));
      }),
    );
  });
});

describe('the names of algorithms', () => {
  it('are those that S3 has, and no others', () => {
    expect(parseChecksumAlgorithm('MD5')).toBeNull();
    expect(algorithmOfHeader('x-amz-checksum-md5')).toBeNull();
    expect(algorithmOfHeader('x-amz-checksum-type')).toBeNull();
  });
});
