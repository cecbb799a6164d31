/** The hand-over package of an inspection on its way into two files: the collection, and the report with one in it. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { JsonObject } from '../base/canonical-json.js';
import { systemErrorCode } from '../base/system-error.js';
import { CliError } from './cli-error.js';
import { exists, makeOwnDirectory } from './files.js';
import type { NodeClient } from './node-client.js';
import { queryOf } from './query-flags.js';
import { oneLine } from './terminal.js';

export interface PackageRequest {
  /** Of the inspection. */
  readonly id: string;
  readonly directory: string;
  readonly language: string;
  readonly origin: string | undefined;
  /** Whether files of these names may go. */
  readonly isReplacing: boolean;
}

export interface SavedFile extends JsonObject {
  readonly file: string;
  readonly sha256: string;
  readonly size: number;
}

export interface SavedPackage extends JsonObject {
  readonly collection: SavedFile;
  readonly report: SavedFile;
}

/**
 * For their owner alone. Each stands under its name whole or not at all, and neither does before both
 * have come.
 * @throws CliError CLI_FILE, CLI_ANSWER_UNUSABLE; as `NodeClient.open`.
 */
export async function savePackage(
  client: NodeClient,
  { id, directory, language, origin, isReplacing }: PackageRequest,
): Promise<SavedPackage> {
  const path = `/v1/inspections/${encodeURIComponent(id)}/package`;
  const collection = join(directory, `inspection-${id}.collection`);
  const report = join(directory, `inspection-${id}.pdf`);
  await makeOwnDirectory(directory);
  // Before the node is asked: it puts each time on record.
  if (!isReplacing) for (const file of [collection, report]) await refuseTaken(file);
  const aside = await mkdtemp(join(directory, '.inspection-')).catch((cause: unknown) => {
    throw unwritable(directory, cause);
  });
  try {
    const asked = { format: 'json', origin };
    const one = await fetched(client, `${path}${queryOf(asked)}`, JSON_TYPE, join(aside, 'one'));
    const printed = { format: 'pdf', language, origin };
    const two = await fetched(client, `${path}${queryOf(printed)}`, PDF_TYPE, join(aside, 'two'));
    await put(join(aside, 'one'), collection, isReplacing);
    // A crash here leaves the collection and no report: asking again with --replace gives both.
    await put(join(aside, 'two'), report, isReplacing);
    return { collection: { file: collection, ...one }, report: { file: report, ...two } };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

const JSON_TYPE = 'application/json';
const PDF_TYPE = 'application/pdf';

async function fetched(
  client: NodeClient,
  path: string,
  type: string,
  file: string,
): Promise<{ readonly sha256: string; readonly size: number }> {
  const { chunks } = await client.open(path, (headers) => {
    if (headers.get('content-type')?.startsWith(type) !== true)
      throw new CliError('CLI_ANSWER_UNUSABLE', 'what answers is no package of this version');
  });
  const hash = createHash('sha256');
  let size = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(counted, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
  } catch (cause) {
    throw cause instanceof CliError ? cause : unwritable(file, cause);
  }
  return { sha256: hash.digest('hex'), size };
}

async function refuseTaken(file: string): Promise<void> {
  if (await exists(file)) throw taken(file);
}

/** Takes the name first, so that of two who write there one is refused; not by a link, which a stick cannot hold. */
async function put(from: string, to: string, isReplacing: boolean): Promise<void> {
  try {
    if (!isReplacing) await (await open(to, 'wx', 0o600)).close();
    await rename(from, to);
  } catch (cause) {
    throw systemErrorCode(cause) === 'EEXIST' ? taken(to) : unwritable(to, cause);
  }
}

function taken(file: string): CliError {
  return new CliError('CLI_FILE', `${oneLine(file)}: it is there already: --replace to replace it`);
}

function unwritable(file: string, cause: unknown): CliError {
  const reason = systemErrorCode(cause) ?? 'error';
  return new CliError('CLI_FILE', `${oneLine(file)}: it cannot be written (${reason})`, { cause });
}
