/**
 * SHA-2 by the names that node:crypto knows it by. SHA-1 is there as a running digest alone, for
 * identifiers (`signing/identifier-digest`) and for DSA, which no policy accepts: no other signature, MAC
 * or one-shot hash can be asked for it.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { Buffer } from './buffer.js';
import { unsupported } from './unsupported.js';

const DIGESTS = { sha256, sha384, sha512 } as const;
export type DigestName = keyof typeof DIGESTS;

/** A hash or a MAC that is being computed. */
interface Running {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

export function digestName(name: unknown): DigestName {
  if (name === 'sha256' || name === 'sha384' || name === 'sha512') return name;
  throw unsupported('a digest besides SHA-256, SHA-384 and SHA-512');
}

export function digest(name: DigestName, ...parts: readonly Uint8Array[]): Uint8Array {
  const hashing: Running = DIGESTS[name].create();
  for (const part of parts) hashing.update(part);
  return hashing.digest();
}

export function hash(name: string, data: Uint8Array | string, encoding: string): string {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return inEncoding(digest(digestName(name), bytes), encoding);
}

export function createHash(name: string): RunningDigest {
  return new RunningDigest(name === 'sha1' ? sha1.create() : DIGESTS[digestName(name)].create());
}

export function createHmac(name: string, key: Uint8Array): RunningDigest {
  return new RunningDigest(hmac.create(DIGESTS[digestName(name)], key));
}

class RunningDigest {
  readonly #state: Running;

  constructor(state: Running) {
    this.#state = state;
  }

  update(bytes: Uint8Array): this {
    this.#state.update(bytes);
    return this;
  }

  digest(): Uint8Array;
  digest(encoding: string): string;
  digest(encoding?: string): Uint8Array | string {
    const bytes = this.#state.digest();
    return encoding === undefined ? bytes : inEncoding(bytes, encoding);
  }
}

function inEncoding(bytes: Uint8Array, encoding: string): string {
  return Buffer.from(bytes).toString(encoding === 'binary' ? 'latin1' : encoding);
}
