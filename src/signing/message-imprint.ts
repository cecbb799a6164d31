/** MessageImprint (RFC 3161 §2.4.1): the hash that is sent to be time-stamped, and comes back. */
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { readOctetString } from './der-values.js';
import { derOctetString, derSequence } from './der-writer.js';
import { type DigestAlgorithm, readDigestAlgorithm } from './digest-algorithms.js';
import { SigningError } from './signing-error.js';

export interface MessageImprint {
  readonly digest: DigestAlgorithm;
  /** As long as the digest says. */
  readonly hash: Uint8Array;
}

/** @throws SigningError DER_MALFORMED; ALGORITHM_UNSUPPORTED for SHA-1 and others. */
export function readMessageImprint(node: DerNode): MessageImprint {
  const fields = DerFields.of(node);
  const digest = readDigestAlgorithm(fields.next());
  const hash = readOctetString(fields.next());
  fields.end();
  if (hash.length !== digest.length)
    throw new SigningError('DER_MALFORMED', 'a hash is not as long as its digest gives');
  return { digest, hash };
}

export function derMessageImprint({ digest, hash }: MessageImprint): Uint8Array {
  return derSequence(digest.identifier, derOctetString(hash));
}
