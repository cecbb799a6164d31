/** Checksums that content is given by beside SHA-256 and MD5. */
import { createHash } from 'node:crypto';
import { crc32, crc32c } from '@node-rs/crc32';
import { u32be } from '../base/bytes.js';
import { Crc64Nvme } from './crc64-nvme.js';
import type { ChecksumName } from './stored-content.js';

export interface Checksum {
  update(bytes: Uint8Array): void;
  /** Once, after the last byte: 4, 8, 20 or 32 bytes; the CRCs with the most significant byte first. */
  digest(): Uint8Array;
}

export function startChecksum(name: ChecksumName): Checksum {
  switch (name) {
    case 'crc32':
      return crcOf32(crc32);
    case 'crc32c':
      return crcOf32(crc32c);
    case 'crc64nvme':
      return new Crc64Nvme();
    case 'sha1':
    case 'sha256': {
      const hash = createHash(name);
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
  }
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
