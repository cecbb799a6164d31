/** How far the witnesses of a node's policy have followed its epoch log. */
import type { TreeSize, UnixMillis } from '../base/brand.js';
import type { WitnessFailure } from './witness-rounds.js';

export interface WitnessStatus {
  /** Of the epoch log, as enough witnesses have cosigned it; 0 before the first. */
  readonly size: TreeSize;
  /** When the newest cosignature that counts was got; null before it, and after a restart. */
  readonly at: UnixMillis | null;
  /** What kept witnesses from cosigning at the last try. */
  readonly failures: readonly Pick<WitnessFailure, 'witness' | 'code'>[];
  /** Whether any of them has said since the start how far the log had come. */
  readonly isCompared: boolean;
  /** Who says that the log is behind or another, and shows no head for it that the log signed. */
  readonly unproven: readonly string[];
  /** Tries in a row after which too few had cosigned. */
  readonly missed: number;
}
