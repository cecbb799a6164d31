/** Files that a setting names: read whole when the node opens, and refused by the name of the setting. */
import { readFile } from 'node:fs/promises';
import { ChirographError } from '../base/errors.js';
import { systemErrorCode } from '../base/system-error.js';
import { ConfigError, type ConfigErrorCode } from './config-error.js';
import { environmentName } from './setting.js';
import type { SettingName } from './settings-table.js';

/** What a setting names, and how it is refused. */
export interface NamedFile {
  readonly setting: SettingName;
  readonly code: ConfigErrorCode;
  readonly maxBytes: number;
}

/** @throws ConfigError of that code, as `usableFile` does. */
export async function readNamedFile(named: NamedFile, path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === null) throw cause;
    throw unusable(named, `it cannot be read (${code})`, cause);
  }
  if (bytes.length > named.maxBytes)
    throw unusable(named, `it is larger than ${named.maxBytes / 1024} KiB`);
  return bytes;
}

/** What `make` makes of the file. @throws ConfigError of that code in the place of our own errors. */
export function usableFile<T>(named: NamedFile, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof ChirographError) throw unusable(named, cause.message, cause);
    throw cause;
  }
}

function unusable({ code, setting }: NamedFile, reason: string, cause?: unknown): ConfigError {
  return new ConfigError(
    code,
    `the file that ${environmentName(setting)} names cannot be used: ${reason}`,
    { cause },
  );
}
