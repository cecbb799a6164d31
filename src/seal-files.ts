/** Files that the seal's settings name, read whole and not beyond what such a file may have. */
import { open } from 'node:fs/promises';
import { utf8ToString } from './base/bytes.js';
import { BaseError } from './base/errors.js';
import { Secret } from './base/secret.js';
import { systemErrorCode } from './base/system-error.js';
import { MAX_PKCS12_BYTES } from './keys/pkcs12.js';
import { ConfigError } from './settings/config-error.js';
import { environmentName } from './settings/setting.js';
import type { SettingName } from './settings/settings-table.js';

/** @throws ConfigError CONFIG_SEAL_UNUSABLE, naming the setting and never the path. */
export async function readSealFile(
  name: SettingName,
  path: string | undefined,
): Promise<Uint8Array> {
  if (path === undefined) throw sealError(name, 'is not set');
  try {
    const file = await open(path, 'r');
    try {
      // Not by its size, which of a pipe is nothing.
      const room = Buffer.alloc(MAX_PKCS12_BYTES + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < room.length; length += read)
        ({ bytesRead: read } = await file.read(room, length, room.length - length, null));
      if (length <= MAX_PKCS12_BYTES) return new Uint8Array(room.subarray(0, length));
    } finally {
      await file.close();
    }
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    throw sealError(name, `names a file that cannot be read (${code})`);
  }
  throw sealError(name, 'names a file that is larger than any of its kind');
}

export function sealError(name: SettingName, flaw: string): ConfigError {
  return new ConfigError('CONFIG_SEAL_UNUSABLE', `${environmentName(name)} ${flaw}`);
}

/** The first line: editors end a file with one, and no passphrase has one. */
export async function secretInFile(
  name: 'sealPassphraseFile' | 'pkcs11PinFile' | 'anchorPkcs11PinFile',
  path: string,
): Promise<Secret> {
  const bytes = await readSealFile(name, path);
  try {
    const text = utf8ToString(bytes).replace(/\r?\n$/, '');
    if (text !== '' && !/[\r\n\0]/.test(text)) return new Secret(text);
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
  }
  throw sealError(name, 'names a file that is not one line of text');
}
