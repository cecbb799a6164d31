/**
 * An entry with everything done to it that can be done before it has a place in the log. Plain data
 * without functions: it may have been made in a worker thread.
 */
import type { HexDigest } from '../base/hex-digest.js';
import type { StatementTemplate } from './statement-template.js';

export interface PreparedEntry {
  readonly kind: 'record' | 'signature';
  /** `placeStatement` makes the statement of it. */
  readonly template: StatementTemplate;
  /** In the order header, payload, parts. */
  readonly sealedParts: readonly Uint8Array[];
  readonly subjectTag: HexDigest;
  /** Tag of the thing whose version this is; null of a signature. */
  readonly thing: HexDigest | null;
  /** It can have no version before it: nobody need look for one. */
  readonly isFirst: boolean;
  /** Leaf hash of the version that it withdraws. Whether there is one is not checked. */
  readonly retracts: HexDigest | null;
  /** Leaf hash of the entry that a signature is attached to. */
  readonly of: HexDigest | null;
  /** Leaf hash of the version of a signature that this one follows; of that there must be no other. */
  readonly follows: HexDigest | null;
  /** Tag of the canonical record, 32 bytes; null unless the request can be repeated. */
  readonly recordTag: Uint8Array | null;
  /** Rows of the vault without which nobody can open it or make its tags; one may be named twice. */
  readonly rowIds: readonly Uint8Array[];
  /** UTC month whose secrets it is sealed under. In another month it must be prepared again. */
  readonly month: string;
}
