/** `chirograph files get`: content on its way out of a drive, gone on with after a cut, and checked by its digest. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from '../base/system-error.js';
import { CliError } from './cli-error.js';
import { isPassing, sizeText } from './files-client.js';
import type { NodeClient, NodeDownload } from './node-client.js';
import type { Progress } from './progress.js';
import { oneLine, type Terminal } from './terminal.js';

export interface GotFile {
  readonly version: string;
  readonly size: number;
  /** Hex; of what was written. */
  readonly sha256: string;
}

/** Without a byte more. */
const TRIES = 5;
const FIRST_PAUSE_MILLIS = 250;

type Write = (bytes: Uint8Array) => Promise<unknown>;

/**
 * Into a file beside it first, which takes its name when all of it is there: for its owner alone, as it may be about persons.
 * @throws CliError.
 */
export async function getFile(
  client: NodeClient,
  path: string,
  file: string,
  progress: Progress,
): Promise<GotFile> {
  const partial = `${file}.part-${process.pid}`;
  let handle: FileHandle | null = null;
  try {
    handle = await open(partial, 'wx', 0o600);
    const to = handle;
    const got = await download(client, path, (bytes) => to.writeFile(bytes), progress);
    await handle.close();
    handle = null;
    await rename(partial, file);
    return got;
  } catch (cause) {
    await handle?.close();
    await rm(partial, { force: true });
    const code = systemErrorCode(cause);
    if (cause instanceof CliError || code === null) throw cause;
    throw new CliError('CLI_FILE', `${oneLine(file)}: it cannot be written (${code})`, { cause });
  }
}

/** To another program; what it got is known to be all of it only when this returns. @throws CliError. */
export async function pipeFile(
  client: NodeClient,
  path: string,
  { content }: Terminal,
  progress: Progress,
): Promise<GotFile> {
  if (content === undefined) throw new CliError('CLI_USAGE', 'name a file to write it to');
  return download(client, path, content, progress);
}

interface Said {
  readonly version: string;
  readonly etag: string;
  readonly sha256: string;
  readonly size: number;
  readonly start: number;
}

async function download(
  client: NodeClient,
  path: string,
  write: Write,
  progress: Progress,
): Promise<GotFile> {
  const sha256 = createHash('sha256');
  let got = 0;
  let whole: Said | undefined;
  for (let failures = 0; ;)
    try {
      const headers: Readonly<Record<string, string>> = resuming(whole, got);
      const { said, chunks }: NodeDownload<Said> = await client.open(path, saidBy, headers);
      whole ??= said;
      // Another version has come between: what was written is of none.
      if (said.version !== whole.version || said.start !== got)
        throw new CliError('CLI_ANSWER_UNUSABLE', 'the file was changed meanwhile: get it again');
      for await (const bytes of chunks) {
        await write(bytes);
        sha256.update(bytes);
        got += bytes.length;
        failures = 0;
        progress.show(`got ${sizeText(got)} of ${sizeText(whole.size)}`);
      }
      break;
    } catch (cause) {
      if (++failures === TRIES || !isPassing(cause)) throw cause;
      await delay(FIRST_PAUSE_MILLIS * 2 ** failures);
    }
  const digest = sha256.digest();
  if (got !== whole.size || digest.toString('base64') !== whole.sha256)
    throw new CliError('CLI_ANSWER_UNUSABLE', 'what came is not what the node said: get it again');
  return { version: whole.version, size: got, sha256: digest.toString('hex') };
}

function resuming(said: Said | undefined, got: number): Readonly<Record<string, string>> {
  if (said === undefined || got === 0) return {};
  return { range: `bytes=${got}-`, 'if-range': said.etag };
}

/** @throws CliError CLI_ANSWER_UNUSABLE. */
function saidBy(headers: Headers): Said {
  const version = headers.get('chirograph-version');
  const sha256 = /sha-256=:([A-Za-z0-9+/]{43}=):/.exec(headers.get('repr-digest') ?? '')?.[1];
  const range = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/.exec(headers.get('content-range') ?? '');
  const size = Number(range?.[2] ?? headers.get('content-length') ?? NaN);
  if (version === null || sha256 === undefined || Number.isNaN(size))
    throw new CliError('CLI_ANSWER_UNUSABLE', 'what answers is no file of this version');
  return { version, sha256, size, etag: headers.get('etag') ?? '', start: Number(range?.[1] ?? 0) };
}
