/** The digests in use: SHA-2 only (RFC 5754). SHA-1 has no entry and so cannot be asked for. */
import { createHash } from 'node:crypto';
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { TAG } from './der-tag.js';
import { readNull, readOid } from './der-values.js';
import { derNull, derOid, derSequence } from './der-writer.js';
import { OID } from './oids.js';
import { parsing, SigningError } from './signing-error.js';

/** Also the name that node:crypto knows it by. */
export type DigestName = 'sha256' | 'sha384' | 'sha512';

export interface DigestAlgorithm {
  readonly name: DigestName;
  readonly oid: string;
  /** Bytes of a digest. */
  readonly length: number;
  /** AlgorithmIdentifier as we write it, without parameters (RFC 5754 §2). */
  readonly identifier: Uint8Array;
  /** The same with NULL parameters, which RFC 4055 §2.1 wants inside PSS parameters. */
  readonly identifierWithNull: Uint8Array;
}

export const DIGESTS: Readonly<Record<DigestName, DigestAlgorithm>> = {
  sha256: digestAlgorithm('sha256', OID.sha256, 32),
  sha384: digestAlgorithm('sha384', OID.sha384, 48),
  sha512: digestAlgorithm('sha512', OID.sha512, 64),
};

/**
 * Reads an AlgorithmIdentifier of a digest; parameters absent or NULL (RFC 5754 §2).
 *
 * @throws SigningError ALGORITHM_UNSUPPORTED for a digest without an entry.
 */
export function readDigestAlgorithm(node: DerNode): DigestAlgorithm {
  return parsing('ALGORITHM_UNSUPPORTED', 'digest algorithm', () => {
    const fields = DerFields.of(node);
    const oid = readOid(fields.next());
    const algorithm = Object.values(DIGESTS).find((entry) => entry.oid === oid);
    if (algorithm === undefined)
      throw new SigningError('ALGORITHM_UNSUPPORTED', 'the digest is not SHA-256, 384 or 512');
    const parameters = fields.optional(TAG.null);
    if (parameters !== undefined) readNull(parameters);
    fields.end();
    return algorithm;
  });
}

/** Of the parts, one after the other. */
export function digestOf(algorithm: DigestAlgorithm, ...parts: readonly Uint8Array[]): Uint8Array {
  const hashing = createHash(algorithm.name);
  for (const part of parts) hashing.update(part);
  const digest = hashing.digest();
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.byteLength);
}

function digestAlgorithm(name: DigestName, oid: string, length: number): DigestAlgorithm {
  return {
    name,
    oid,
    length,
    identifier: derSequence(derOid(oid)),
    identifierWithNull: derSequence(derOid(oid), derNull()),
  };
}
