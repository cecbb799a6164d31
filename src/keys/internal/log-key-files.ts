/** Keys of logs in a key store: two pairs each, or what is left of them after a loss. */
import { toBase64 } from '../../base/bytes.js';
import type { JsonMembers } from '../../base/json-members.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import { type KeyPair, keyPairOf, signDetached } from '../key-pair.js';
import type { LogKeys, LogPublicKeys, NoteKey } from '../key-store.js';
import { KeysError } from '../keys-error.js';
import type { KeyDirectory } from './key-directory.js';
import { KEY, KEY_LENGTH, logFile } from './key-names.js';

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

/** @throws KeysError KEYS_MISSING, KEYS_FILE_DAMAGED. */
export function readLogKeys(keys: KeyDirectory, handle: string): Promise<LogKeys> {
  return keys.read(logFile(handle), (members) => {
    const core = members.optional('core', KEY);
    return core === undefined
      ? lostLogKeys(members)
      : logKeysOf(core, members.required('note', KEY));
  });
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
    'the keys of this log were lost with a key store: it is read, and another goes on for it',
  );
}
