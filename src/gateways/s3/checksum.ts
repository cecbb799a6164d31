/** The checksums that S3 clients send along and ask for (`x-amz-checksum-…`). */
import { type Checksum, startChecksum as start } from '../../files/checksum.js';
import type { ChecksumName } from '../../files/stored-content.js';
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from './s3-request.js';

/** Bytes of a digest. */
export const CHECKSUM_LENGTH: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export function startChecksum(algorithm: ChecksumAlgorithm): Checksum {
  return start(NAME[algorithm]);
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

/** As manifests of files name them. */
const NAME: Readonly<Record<ChecksumAlgorithm, ChecksumName>> = {
  CRC32: 'crc32',
  CRC32C: 'crc32c',
  CRC64NVME: 'crc64nvme',
  SHA1: 'sha1',
  SHA256: 'sha256',
};
