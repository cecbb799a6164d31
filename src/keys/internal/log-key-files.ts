/** Keys of logs in a key store: two pairs each, or what is left of them after a loss. */
import { toBase64 } from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import type { JsonMembers } from '../../base/json-members.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import { type KeyPair, keyPairOf, signDetached } from '../key-pair.js';
import type { LogKeys, LogPublicKeys, NoteKey } from '../key-store.js';
import { KeysError } from '../keys-error.js';
import type { KeyDirectory } from './key-directory.js';
import { endedFile, KEY, KEY_LENGTH, logFile } from './key-names.js';

/** Durable when it returns. @throws KeysError KEYS_EXISTS. */
export async function createLogKeys(
  keys: KeyDirectory,
  random: RandomSource,
  handle: string,
): Promise<LogKeys> {
  const [core, note] = [randomBytes(random, KEY_LENGTH), randomBytes(random, KEY_LENGTH)];
  await keys.create(logFile(handle), { core: toBase64(core), note: toBase64(note) });
  return logKeysOf(core, note);
}

/** The public halves, of keys that were lost. @throws KeysError KEYS_EXISTS. */
export async function createLostLogKeys(
  keys: KeyDirectory,
  { handle, core, note }: LogPublicKeys,
): Promise<void> {
  const lost = { corePublicKey: toBase64(core), notePublicKey: toBase64(note) };
  await keys.create(logFile(handle), lost);
}

/**
 * Also what is left of keys that were handed over: their public halves.
 *
 * @throws KeysError KEYS_MISSING, KEYS_FILE_DAMAGED.
 */
export async function readLogKeys(keys: KeyDirectory, handle: string): Promise<LogKeys> {
  const file = logFile(handle);
  return (
    (await keys.readIfThere(file, logKeysIn)) ??
    (await keys.readIfThere(endedFile(handle), lostLogKeys)) ??
    keys.read(file, logKeysIn)
  );
}

/** Their public halves stay, so that copies of before can be read. */
export async function endLogKeys(
  keys: KeyDirectory,
  random: RandomSource,
  handle: string,
): Promise<void> {
  const file = logFile(handle);
  const ending = await endingKeys(keys, file);
  // A crash before this leaves the keys as they were, and after it both: the secret ones go first for whoever reads.
  if (ending !== null) await keys.write(endedFile(handle), publicContent(ending));
  await keys.retire(file, random);
}

/** Null of a file that is not there, or of which nothing can be read: it goes all the same. */
async function endingKeys(keys: KeyDirectory, file: string): Promise<LogKeys | null> {
  try {
    return await keys.readIfThere(file, logKeysIn);
  } catch (cause) {
    if (cause instanceof KeysError && cause.code === 'KEYS_FILE_DAMAGED') return null;
    throw cause;
  }
}

function logKeysIn(members: JsonMembers): LogKeys {
  const core = members.optional('core', KEY);
  return core === undefined ? lostLogKeys(members) : logKeysOf(core, members.required('note', KEY));
}

function publicContent({ core, note }: Pick<LogKeys, 'core' | 'note'>): JsonObject {
  return { corePublicKey: toBase64(core.publicKey), notePublicKey: toBase64(note.publicKey) };
}

export function noteKeyOf(pair: KeyPair): NoteKey {
  return { publicKey: pair.publicKey, sign: (message) => signDetached(pair, message) };
}

function logKeysOf(core: Uint8Array, note: Uint8Array): LogKeys {
  return { core: keyPairOf(core), note: noteKeyOf(keyPairOf(note)), isLost: false };
}

function lostLogKeys(members: JsonMembers): LogKeys {
  return {
    core: {
      publicKey: members.required('corePublicKey', KEY),
      get secretKey(): Uint8Array {
        throw lostKey();
      },
    },
    note: {
      publicKey: members.required('notePublicKey', KEY),
      sign: () => {
        throw lostKey();
      },
    },
    isLost: true,
  };
}

function lostKey(): KeysError {
  return new KeysError(
    'KEYS_MISSING',
    'the keys of this log are gone, lost with a key store or handed over: it is read, and another goes on for it',
  );
}
