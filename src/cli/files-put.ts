/** `chirograph files put`: a file on its way into a drive, of any size, and over a connection that breaks. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { JsonValue } from '../base/canonical-json.js';
import { systemErrorCode } from '../base/system-error.js';
import { expected } from './answers.js';
import { CliError, RefusedByNode } from './cli-error.js';
import {
  filePath,
  isBackPressure,
  isPassing,
  retried,
  sizeText,
  versionSchema,
  writtenSchema,
} from './files-client.js';
import { inputBytes } from './files.js';
import type { BodyStream } from './http-exchange.js';
import type { NodeClient } from './node-client.js';
import type { Progress } from './progress.js';
import { oneLine, type Terminal } from './terminal.js';

export interface PutWish {
  readonly drive: string;
  readonly path: string;
  /** `-` or undefined: standard input. */
  readonly file: string | undefined;
  readonly type: string | undefined;
  readonly subject: string | undefined;
  /** The ETag of what is to be replaced, or `*` under `ifNoneMatch`. */
  readonly conditions: Readonly<Record<string, string>>;
}

export interface PutLimits {
  /** As large, or larger, it goes in stretches, of which no more than the last is sent again. */
  readonly whole: number;
  readonly stretch: number;
}

const LIMITS: PutLimits = { whole: 64 * 1024 * 1024, stretch: 64 * 1024 * 1024 };
/** So many times without a byte more. */
const TRIES = 8;
const MAX_PAUSE_MILLIS = 30_000;

/** @returns what the node says of the version. @throws CliError, also where what it has is not what was read here. */
export async function putFile(
  client: NodeClient,
  wish: PutWish,
  terminal: Terminal,
  progress: Progress,
  limits = LIMITS,
): Promise<JsonValue> {
  const { file } = wish;
  if (file === undefined || file === '-') return putStream(client, wish, terminal, progress);
  const size = await sizeOf(file);
  const sha256 = await digestOf(file, size, progress);
  return size < limits.whole
    ? putWhole(client, wish, { file, size, sha256 }, progress)
    : putInStretches(client, wish, { file, size, sha256 }, progress, limits);
}

interface Source {
  readonly file: string;
  readonly size: number;
  /** Of the content, 32 bytes. */
  readonly sha256: Buffer;
}

/** It can be read once: nothing is sent again. */
async function putStream(
  client: NodeClient,
  wish: PutWish,
  terminal: Terminal,
  progress: Progress,
): Promise<JsonValue> {
  const md5 = createHash('md5');
  const counted = shown(inputBytes(undefined, terminal), progress, 'sent', null, (bytes) =>
    md5.update(bytes),
  );
  const answer = await put(client, wish, {}, { bytes: counted, length: null });
  const { file } = expected(writtenSchema, answer);
  if (file.etag !== md5.digest('hex')) throw differs();
  return answer;
}

/** Under a key of its own: sent twice, it is one version. */
async function putWhole(
  client: NodeClient,
  wish: PutWish,
  { file, size, sha256 }: Source,
  progress: Progress,
): Promise<JsonValue> {
  const headers = {
    'repr-digest': `sha-256=:${sha256.toString('base64')}:`,
    'idempotency-key': `files-put:${randomUUID()}`,
  };
  return retried(
    () =>
      put(client, wish, headers, () => ({
        bytes: shown(inputBytes(file, NO_INPUT), progress, 'sent', size),
        length: size,
      })),
    isPassing,
  );
}

async function put(
  client: NodeClient,
  { drive, path, type, subject, conditions }: PutWish,
  more: Readonly<Record<string, string>>,
  body: BodyStream | (() => BodyStream),
): Promise<JsonValue> {
  const headers = {
    'content-type': type ?? 'application/octet-stream',
    ...(subject !== undefined && { 'chirograph-subject': encodeURIComponent(subject) }),
    ...conditions,
    ...more,
  };
  const make = typeof body === 'function' ? body : () => body;
  const request = { method: 'PUT', path: filePath(drive, path), headers, body: make } as const;
  const { json } = await client.send(request);
  if (json === null) throw new CliError('CLI_ANSWER_UNUSABLE', 'the node says nothing of the file');
  return json;
}

const TUS = { 'tus-resumable': '1.0.0' };

/** tus 1.0.0. A crash of this program loses what was sent: the next one begins anew. */
async function putInStretches(
  client: NodeClient,
  wish: PutWish,
  source: Source,
  progress: Progress,
  limits: PutLimits,
): Promise<JsonValue> {
  const { drive, path, type, subject, conditions } = wish;
  const { file, size, sha256 } = source;
  const metadata = [
    ...(type === undefined ? [] : [`filetype ${base64(type)}`]),
    ...(subject === undefined ? [] : [`subject ${base64(subject)}`]),
  ].join(',');
  const begun = await retried(
    () =>
      client.send({
        ...{ method: 'POST', path: filePath(drive, path, {}, ['uploads']) },
        headers: {
          ...{ ...TUS, 'upload-length': String(size) },
          ...(metadata !== '' && { 'upload-metadata': metadata }),
        },
      }),
    isBackPressure,
  );
  const upload = uploadOf(begun.headers);
  const at = filePath(drive, path, { upload });
  let offset = 0;
  for (let failures = 0; offset < size;)
    try {
      if (failures > 0)
        offset = offsetOf(await client.send({ method: 'HEAD', path: at, headers: TUS }));
      if (offset === size) break;
      const [start, end] = [offset, Math.min(offset + limits.stretch, size)];
      const sent = await client.send({
        ...{ method: 'PATCH', path: at },
        headers: {
          ...{ ...TUS, ...conditions, 'upload-offset': String(start) },
          'content-type': 'application/offset+octet-stream',
        },
        body: () => ({ bytes: stretch(file, start, end, size, progress), length: end - start }),
      });
      offset = offsetOf(sent);
      failures = 0;
    } catch (cause) {
      if (++failures === TRIES || !mayGoOn(cause)) throw cause;
      await delay(Math.min(250 * 2 ** failures, MAX_PAUSE_MILLIS));
    }
  return confirmed(client, filePath(drive, path, {}, ['metadata']), sha256);
}

/** What was made is looked at: over stretches no digest went along. */
async function confirmed(client: NodeClient, path: string, sha256: Buffer): Promise<JsonValue> {
  const answer = await retried(() => client.request({ method: 'GET', path }), isPassing);
  const said = expected(versionSchema.extend({ sha256: z.string() }), answer);
  if (said.sha256 !== sha256.toString('hex')) throw differs();
  return { file: answer };
}

function mayGoOn(cause: unknown): boolean {
  // The node has not yet seen that the connection before this one is gone.
  const isBusy = cause instanceof RefusedByNode && cause.problem === 'UPLOAD_OFFSET';
  return isBusy || isPassing(cause);
}

/** @throws CliError CLI_ANSWER_UNUSABLE. */
function uploadOf(headers: Headers): string {
  const found = /[?&]upload=([0-9a-f]{32}\.\d{1,15})$/.exec(headers.get('location') ?? '');
  if (found?.[1] === undefined)
    throw new CliError('CLI_ANSWER_UNUSABLE', 'the node does not say where to send the content');
  return found[1];
}

function offsetOf({ headers }: { readonly headers: Headers }): number {
  const text = headers.get('upload-offset') ?? '';
  if (!/^\d{1,15}$/.test(text))
    throw new CliError('CLI_ANSWER_UNUSABLE', 'the node does not say how much it has');
  return Number(text);
}

async function* stretch(
  file: string,
  start: number,
  end: number,
  size: number,
  progress: Progress,
): AsyncGenerator<Uint8Array> {
  let at = start;
  try {
    const bytes = createReadStream(file, { start, end: end - 1 }) as AsyncIterable<Uint8Array>;
    for await (const part of bytes) {
      yield part;
      at += part.length;
      progress.show(`sent ${sizeText(at)} of ${sizeText(size)}`);
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function* shown(
  bytes: AsyncIterable<Uint8Array>,
  progress: Progress,
  verb: string,
  size: number | null,
  see: (bytes: Uint8Array) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const part of bytes) {
    see(part);
    yield part;
    at += part.length;
    progress.show(`${verb} ${sizeText(at)}${size === null ? '' : ` of ${sizeText(size)}`}`);
  }
}

async function digestOf(file: string, size: number, progress: Progress): Promise<Buffer> {
  const sha256 = createHash('sha256');
  for await (const part of shown(inputBytes(file, NO_INPUT), progress, 'read', size))
    sha256.update(part);
  return sha256.digest();
}

async function sizeOf(file: string): Promise<number> {
  try {
    const stats = await stat(file);
    if (stats.isFile()) return stats.size;
  } catch (cause) {
    throw unreadable(file, cause);
  }
  throw new CliError('CLI_FILE', `${oneLine(file)}: it is no file; a pipe goes to standard input`);
}

function unreadable(file: string, cause: unknown): CliError {
  const reason = systemErrorCode(cause) ?? 'error';
  return new CliError('CLI_FILE', `${oneLine(file)}: it cannot be read (${reason})`, { cause });
}

/** Of what is read from a file by its name. */
const NO_INPUT: Pick<Terminal, 'stdin'> = {
  stdin: {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ value: undefined, done: true }),
    }),
  },
};

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function differs(): CliError {
  return new CliError(
    'CLI_ANSWER_UNUSABLE',
    'what the node has is not what was read here: did the file change meanwhile? Put it again',
  );
}
