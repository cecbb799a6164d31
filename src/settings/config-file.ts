/** chirograph.config.json in the data directory: settings that belong to the data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8ToString } from '../base/bytes.js';
import { type JsonObject, parseStrictJson } from '../base/canonical-json.js';
import { BaseError } from '../base/errors.js';
import { isJsonObject } from '../base/json-members.js';
import { systemErrorCode } from '../base/system-error.js';
import { ConfigError } from './config-error.js';

export const CONFIG_FILE = 'chirograph.config.json';

/**
 * Its members; none where there is no such file.
 * @throws ConfigError CONFIG_FILE_UNREADABLE, also where it holds something else than a JSON object.
 */
export function readConfigFile(dataDirectory: string): JsonObject {
  const bytes = readIfThere(join(dataDirectory, CONFIG_FILE));
  if (bytes === null) return {};
  try {
    const value = parseStrictJson(utf8ToString(bytes));
    if (isJsonObject(value)) return value;
  } catch (cause) {
    if (cause instanceof BaseError) throw unreadable(cause.message, cause);
    throw cause;
  }
  throw unreadable('not a JSON object');
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = systemErrorCode(cause);
    // ENOTDIR: the data directory is a file, which whoever opens it will say more clearly.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw unreadable(code ?? 'unknown cause', cause);
  }
}

function unreadable(reason: string, cause?: unknown): ConfigError {
  return new ConfigError('CONFIG_FILE_UNREADABLE', `${CONFIG_FILE} cannot be used: ${reason}`, {
    cause,
  });
}
