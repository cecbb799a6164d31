/** How what is not sealed elsewhere is sealed in a backup (docs/formats/backup.md, "Sealed"). */
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, openSealed, sealInPlace } from '../../base/aead.js';
import { concat, equalBytes, utf8 } from '../../base/bytes.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import { damagedBackup } from '../backup-error.js';

/** Of one target: what is sealed for it opens nowhere else. */
export interface BackupSeal {
  /** 32 hex digits. */
  readonly id: string;
  /** 32 bytes, from the key store alone. */
  readonly key: Uint8Array;
}

const MAGIC = utf8('CGB1');

export function seal(
  { id, key }: BackupSeal,
  place: string,
  content: Uint8Array,
  random: RandomSource,
): Uint8Array {
  const nonce = randomBytes(random, AEAD_NONCE_LENGTH);
  const sealed = new Uint8Array(content.length + AEAD_TAG_LENGTH);
  sealed.set(content);
  sealInPlace(sealed, key, nonce, associatedData(id, place));
  return concat(MAGIC, nonce, sealed);
}

/** @throws BackupError BACKUP_DAMAGED, naming the file. */
export function unseal({ id, key }: BackupSeal, place: string, bytes: Uint8Array): Uint8Array {
  const head = MAGIC.length + AEAD_NONCE_LENGTH;
  const content = equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)
    ? openSealed(
        bytes.subarray(head),
        key,
        bytes.subarray(MAGIC.length, head),
        associatedData(id, place),
      )
    : null;
  if (content === null) throw damagedBackup(place.replace(/#.*$/, ''), 'is not what was written');
  return content;
}

function associatedData(id: string, place: string): Uint8Array {
  return utf8(`chirograph/backup/1\0${id}\0${place}`);
}
