/** The checksums that S3 clients send along and ask for (`x-amz-checksum-…`). */
import { createHash } from 'node:crypto';
import { crc32, crc32c } from '@node-rs/crc32';
import { u32be } from '../../base/bytes.js';
import { Crc64Nvme } from './crc64-nvme.js';
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from './s3-request.js';

export interface Checksum {
  update(bytes: Uint8Array): void;
  /** Once, after the last byte: 4, 8, 20 or 32 bytes; the CRCs with the most significant byte first. */
  digest(): Uint8Array;
}

/** Bytes of a digest. */
export const CHECKSUM_LENGTH: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export function startChecksum(algorithm: ChecksumAlgorithm): Checksum {
  switch (algorithm) {
    case 'CRC32':
      return crcOf32(crc32);
    case 'CRC32C':
      return crcOf32(crc32c);
    case 'CRC64NVME':
      return new Crc64Nvme();
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
  }
}

/** `x-amz-checksum-crc64nvme`: of requests, trailers and answers. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Null for the name of any other header. @param name in lower case. */
export function algorithmOfHeader(name: string): ChecksumAlgorithm | null {
  return CHECKSUM_ALGORITHMS.find((algorithm) => checksumHeader(algorithm) === name) ?? null;
}

/** As `x-amz-checksum-algorithm` and `x-amz-sdk-checksum-algorithm` name it, in any case; null for another. */
export function parseChecksumAlgorithm(text: string): ChecksumAlgorithm | null {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === text.toUpperCase()) ?? null;
}

function crcOf32(step: (bytes: Uint8Array, state: number) => number): Checksum {
  let state = 0;
  return {
    update: (bytes) => {
      state = step(bytes, state);
    },
    digest: () => u32be(state),
  };
}
