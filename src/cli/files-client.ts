/** Where a node has drives and files, and what it says of them. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { expected } from './answers.js';
import { CliError, RefusedByNode } from './cli-error.js';
import type { NodeClient } from './node-client.js';
import { queryOf, type QueryParts } from './query-flags.js';

export function drivePath(
  drive: string,
  query: QueryParts = {},
  flags: readonly string[] = [],
): string {
  return `/v1/files/${encodeURIComponent(drive)}${withFlags(query, flags)}`;
}

/** @throws CliError CLI_USAGE for what would be another path by the time that it arrives. */
export function filePath(
  drive: string,
  path: string,
  query: QueryParts = {},
  flags: readonly string[] = [],
): string {
  // A URL has them taken away before it is asked for.
  if (path === '' || path.split('/').some((segment) => segment === '.' || segment === '..'))
    throw new CliError('CLI_USAGE', 'a path is not empty, and has no segment . or ..');
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `/v1/files/${encodeURIComponent(drive)}/${encoded}${withFlags(query, flags)}`;
}

/** Parameters that are only there: `?versions`. */
function withFlags(query: QueryParts, flags: readonly string[]): string {
  const rest = queryOf(query).slice(1);
  const all = [...flags, ...(rest === '' ? [] : [rest])].join('&');
  return all === '' ? '' : `?${all}`;
}

export const versionSchema = z.looseObject({
  path: z.string(),
  version: z.string(),
  recordedAt: z.string(),
  kind: z.string(),
  isLatest: z.boolean(),
  size: z.number(),
  etag: z.string(),
  mediaType: z.string(),
  author: z.string(),
  lock: z.object({ mode: z.string(), until: z.string() }).optional(),
  hold: z.boolean().optional(),
});
export type FileVersion = z.output<typeof versionSchema>;

export const writtenSchema = z.looseObject({
  file: versionSchema,
  receipt: z.looseObject({ id: z.string(), index: z.number() }),
});

/** @throws CliError. */
export async function actOn(
  client: NodeClient,
  path: string,
  body: JsonObject,
): Promise<JsonValue> {
  return retried(() => client.request({ method: 'POST', path, body }), isBackPressure);
}

/** Refusals that say to come again, when nothing was done. */
const BACK_PRESSURE: ReadonlySet<string> = new Set([
  ...['LEDGER_PUSHBACK', 'SERVER_BUSY', 'SERVER_STOPPING', 'FILES_BUSY', 'FILES_STALE'],
  ...['KEYS_VAULT_PUSHBACK', 'REQUEST_RATE_LIMITED'],
]);

export function isBackPressure(cause: unknown): boolean {
  return cause instanceof RefusedByNode && BACK_PRESSURE.has(cause.problem);
}

/** Of what does no harm a second time. */
export function isPassing(cause: unknown): boolean {
  const isUnreachable = cause instanceof CliError && cause.code === 'CLI_NODE_UNREACHABLE';
  return isUnreachable || isBackPressure(cause);
}

const TRIES = 5;
const FIRST_PAUSE_MILLIS = 250;

/** @throws what the last try throws. */
export async function retried<T>(
  act: () => Promise<T>,
  mayRetry: (cause: unknown) => boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await act();
    } catch (cause) {
      if (attempt === TRIES || !mayRetry(cause)) throw cause;
      await delay(FIRST_PAUSE_MILLIS * 2 ** (attempt - 1));
    }
}

/** `12.3 MiB` */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 ? bytes : value.toFixed(1)} ${units[power] ?? ''}`;
}

export function writtenLine(answer: JsonValue, verb: string): string {
  const { file, receipt } = expected(writtenSchema, answer);
  return `${verb} ${file.path}: version ${file.version}, entry ${receipt.index}`;
}
