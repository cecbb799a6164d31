/**
 * Which recovery key a new tenant gets (docs/formats/escrow.md, "Which key is whose"): a directory of public parts, read
 * when a tenant is made, so that one for a new tenant is put there without starting the node again.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../base/system-error.js';
import { KeysError } from './keys-error.js';
import { RecoveryError } from './recovery-error.js';
import { MAX_RECOVERY_FILE, parseRecoveryPublicKey, parseShare } from './recovery-share.js';

export interface RecoveryKeySource {
  /** Absolute; null where none is set. */
  readonly directory: string | null;
  /** Whether a tenant without one may get a key that lies in the key store. */
  readonly mayBeDevelopment: boolean;
}

const FOR_ALL = 'recovery.json';
const MAX_FILES = 10_000;

/**
 * @returns Ed25519, 32 bytes; null for a development key.
 * @throws KeysError KEYS_RECOVERY_KEY_UNUSABLE, KEYS_RECOVERY_KEY_MISSING.
 */
export async function recoveryKeyFor(
  { directory, mayBeDevelopment }: RecoveryKeySource,
  tenant: string,
): Promise<Uint8Array | null> {
  if (directory !== null) {
    const names = await namesIn(directory);
    await refuseShares(directory, names);
    const name = [`${tenant}.json`, FOR_ALL].find((one) => names.includes(one));
    if (name !== undefined) return publicKeyIn(directory, name);
  }
  if (mayBeDevelopment) return null;
  throw new KeysError(
    'KEYS_RECOVERY_KEY_MISSING',
    `tenant ${tenant} needs a recovery key of officers: hold a ceremony (chirograph keys ceremony), and put its recovery.json into the directory that recoveryKeys names`,
  );
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(directory);
    if (names.length <= MAX_FILES) return names;
  } catch (cause) {
    throw unusable(`the directory cannot be read (${systemErrorCode(cause) ?? 'error'})`, cause);
  }
  throw unusable(`the directory has more than ${MAX_FILES} files`);
}

/** Whoever points at the ceremony's own directory has the secret where the node is. */
async function refuseShares(directory: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    if (/^share.*\.json$/.test(name) && (await isShare(join(directory, name))))
      throw unusable(`${name} is a share, which is for its officer alone: take it away from here`);
}

async function isShare(path: string): Promise<boolean> {
  try {
    parseShare(await readFile(path));
    return true;
  } catch (cause) {
    // A damaged one may be a share all the same.
    if (cause instanceof RecoveryError) return true;
    throw unusable(`the directory cannot be read (${systemErrorCode(cause) ?? 'error'})`, cause);
  }
}

async function publicKeyIn(directory: string, name: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(join(directory, name));
    if (bytes.length <= MAX_RECOVERY_FILE) return parseRecoveryPublicKey(bytes).publicKey;
  } catch (cause) {
    const why =
      cause instanceof RecoveryError
        ? cause.message
        : `it cannot be read (${systemErrorCode(cause) ?? 'error'})`;
    throw unusable(`${name}: ${why}`, cause);
  }
  throw unusable(`${name}: it is too large`);
}

function unusable(why: string, cause?: unknown): KeysError {
  return new KeysError('KEYS_RECOVERY_KEY_UNUSABLE', `recoveryKeys: ${why}`, { cause });
}
