/** A time-stamp over the signed note of an epoch log (docs/formats/epoch.md), looked at once more before it is kept. */
import type { TreeSize } from '../base/brand.js';
import { utf8 } from '../base/bytes.js';
import { sha256 } from '../base/hash.js';
import type { TimeStampAuthority } from '../keys/time-stamp-authority.js';
import { TimeStampError } from '../keys/time-stamp-error.js';
import { ALGORITHM_POLICY_2026_11 } from '../signing/algorithm-policy.js';
import { displayName } from '../signing/distinguished-name.js';
import { isRefusal } from '../signing/signature-report.js';
import { checkTimeStampToken, type TimeStampToken } from '../signing/time-stamp-token.js';
import type { EpochStamp } from './stamp-store.js';

/**
 * @param head a signed note of the epoch log with its signature alone, and its size.
 * @throws TimeStampError, OutboundError.
 */
export async function stampNote(
  authority: TimeStampAuthority,
  { note, size }: { readonly note: string; readonly size: TreeSize },
  signal: AbortSignal,
): Promise<EpochStamp> {
  const token = await authority.stamp({ digest: 'sha256', hash: sha256(utf8(note)) }, { signal });
  // Whoever gave it has validated it; what is kept for years is not taken on that word.
  return epochStampOf({ note, size }, token);
}

/** @throws TimeStampError TIME_STAMP_UNUSABLE for a token that is not of this note. */
export function epochStampOf(
  { note, size }: { readonly note: string; readonly size: TreeSize },
  token: TimeStampToken,
): EpochStamp {
  const bytes = utf8(note);
  const { genTime } = token.info;
  const genuine = checkTimeStampToken(token, bytes, ALGORITHM_POLICY_2026_11, genTime);
  if (isRefusal(genuine))
    throw new TimeStampError(
      'TIME_STAMP_UNUSABLE',
      `the token is no time-stamp of this checkpoint: ${genuine.says}`,
    );
  return {
    size,
    note,
    token: token.der,
    at: genTime,
    authority: displayName(genuine.certificate.subject),
  };
}
