/** A lock that came after an erasure was judged: what is going is not locked, and whoever asked for it is told so. */
import type { LeafIndex } from '../base/brand.js';
import type { Vault } from '../keys/vault.js';
import { rowIdOf } from '../records/sealing.js';
import type { FileSayings } from './file-change.js';
import { FilesError } from './files-error.js';
import type { ChangePlace } from './path-rows.js';

/**
 * Asked once the lock is in the drive: an erasure that begins after that finds it.
 * @param place of the entry that made the version.
 * @throws FilesError FILES_STALE.
 */
export async function checkStays(
  { lock, hold }: FileSayings,
  place: ChangePlace | undefined,
  vault: Pick<Vault, 'isGoing'>,
): Promise<void> {
  if ((lock ?? null) === null && hold !== true) return;
  const entry = await place?.reader.entry(place.index as LeafIndex);
  const payload = entry?.sealedParts[1];
  if (payload === undefined || vault.isGoing(rowIdOf(payload)))
    throw new FilesError(
      'FILES_STALE',
      'whom the file is about is being forgotten: nothing of it can be locked any more',
    );
}
