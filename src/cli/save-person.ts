/** Everything recorded of a person, for that person, on its way into a file. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../base/system-error.js';
import { CliError } from './cli-error.js';
import type { NodeClient } from './node-client.js';
import { oneLine } from './terminal.js';

export type PersonFormat = 'json' | 'pdf';

const TYPES = { json: 'application/json', pdf: 'application/pdf' } as const;

/**
 * For its owner alone, and under its name only when it has come whole: half of it would look like all.
 * @returns bytes. @throws CliError CLI_FILE, CLI_ANSWER_UNUSABLE; as `NodeClient.open`.
 */
export async function savePerson(
  client: NodeClient,
  path: string,
  file: string,
  format: PersonFormat,
): Promise<number> {
  const { chunks } = await client.open(path, (headers) => {
    if (headers.get('content-type')?.split(';')[0] !== TYPES[format])
      throw new CliError('CLI_ANSWER_UNUSABLE', `what answers gives no ${format}`);
  });
  const part = `${file}.${randomUUID()}.part`;
  let size = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      size += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(counted(), createWriteStream(part, { mode: 0o600, flags: 'wx', flush: true }));
    await rename(part, file);
  } catch (cause) {
    await rm(part, { force: true });
    if (cause instanceof CliError) throw cause;
    const why = systemErrorCode(cause) ?? 'error';
    throw new CliError('CLI_FILE', `${oneLine(file)}: it cannot be written (${why})`, { cause });
  }
  return size;
}
