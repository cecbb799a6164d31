/** What came of judging a file; every value follows from the file, the content and the headers. */
import type { UnixMillis } from '../../base/brand.js';
import type { BlockHash } from '../bitcoin/hash256.js';
import type { OtsAttestation } from './attestations.js';
import type { OtsDigestName } from './digests.js';
import type { HeaderBasis } from './header-source.js';

export interface OtsReport {
  readonly result: OtsResult;
  readonly hash: OtsDigestName;
  /** That the file is about, in hex. */
  readonly digest: string;
  /** The lowest confirmed block, of those with a pinned header if there is one. */
  readonly existedBefore: ConfirmedBlock | null;
  /** In the order of the file; empty if it is of other content, of which it says nothing. */
  readonly attestations: readonly JudgedAttestation[];
}

export type OtsResult = 'confirmed' | 'not-confirmed' | 'other-content';

export type OtsVerdict =
  'confirmed' | 'wrong-root' | 'header-unknown' | 'development' | 'pending' | 'not-judged';

export interface JudgedAttestation {
  readonly attestation: OtsAttestation;
  readonly verdict: OtsVerdict;
  /** What was attested to; calendars know it as a commitment. */
  readonly message: Uint8Array;
  /** Present if and only if it is confirmed. */
  readonly block: ConfirmedBlock | null;
}

export interface ConfirmedBlock {
  readonly height: number;
  readonly hash: BlockHash;
  /** Its miner's word, which the network holds to about two hours. */
  readonly time: UnixMillis;
  readonly header: HeaderBasis;
}
