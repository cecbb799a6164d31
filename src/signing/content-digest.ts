/** Content that is large or elsewhere: its digest stands in for it. */
import { assert } from '../base/errors.js';
import { type DigestAlgorithm, type DigestName, digestOf, DIGESTS } from './digest-algorithms.js';

export interface ContentDigest {
  readonly algorithm: DigestName;
  readonly digest: Uint8Array;
}

/** Under another algorithm, or null where only a digest of some other kind is known. */
export function contentDigestUnder(
  content: Uint8Array | ContentDigest,
  algorithm: DigestAlgorithm,
): Uint8Array | null {
  if (content instanceof Uint8Array) return digestOf(algorithm, content);
  assert(content.digest.length === DIGESTS[content.algorithm].length, 'a digest of its length');
  return content.algorithm === algorithm.name ? content.digest : null;
}
