/**
 * What the parts of the program write their log through. An event is a constant, one or a few words,
 * so that logs can be counted; what varies stands in the fields. Never payloads, keys, names of
 * people. The implementation does I/O and lives in src/json-logger.ts.
 */
import { types } from 'node:util';
import { REDACTED, Secret } from './secret.js';
import { systemErrorCode } from './system-error.js';

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  /** Something an operator should look at, while the program goes on. */
  warn(event: string, fields?: LogFields): void;
  /** Something failed that should not have. */
  error(event: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
}

const ignore = (): void => undefined;

/** Says nothing: for callers that do not care. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLogger,
};

/** Members that never hold anything else than a secret, whoever logs them. */
const SECRET_NAMES = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'key',
  'apikey',
  'adminkey',
  'privatekey',
  'secret',
  'seed',
  'secretaccesskey',
  'password',
  'passphrase',
  'token',
]);

/** An API key or a Bearer value in the middle of a text. */
const SECRET_TEXT = /\bcg_[0-9a-f]{12}_[\w-]{43}|\bBearer\s+\S+|\bBasic\s+\S+/gi;

const MAX_DEPTH = 6;

/**
 * A copy of the fields that is safe to write: secrets replaced, bytes given as their number only,
 * errors as name, code and message, nesting cut at six levels. The last net, not the first.
 */
export function withoutSecrets(fields: LogFields): Record<string, unknown> {
  return cleanObject(fields, 0);
}

function cleanObject(object: object, depth: number): Record<string, unknown> {
  const cleaned: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const isSecret = SECRET_NAMES.has(name.toLowerCase().replace(/[-_]/g, ''));
    cleaned[name] = isSecret ? REDACTED : clean(value, depth + 1);
  }
  return cleaned;
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(SECRET_TEXT, REDACTED);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Secret) return REDACTED;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (depth > MAX_DEPTH) return '[deeper]';
  if (types.isNativeError(value)) return cleanError(value, depth);
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  return cleanObject(value, depth);
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  const code = systemErrorCode(error);
  return {
    name: error.name,
    ...(code === null ? {} : { code }),
    message: clean(error.message, depth),
    // Ours say what to do and where; only a stranger's error, a bug, needs its stack.
    ...(code === null && error.stack !== undefined ? { stack: clean(error.stack, depth) } : {}),
    ...(error.cause === undefined ? {} : { cause: clean(error.cause, depth + 1) }),
  };
}
