/** Files: content in and out through REST and S3, beside raw Hyperblobs and a plain file with fsync in the same run. */
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileClient, type S3Key } from './file-client.js';
import { type ByteRates, rawBlobs, rawFiles } from './file-references.js';
import { newApiKey, type NodeProcess, startNode } from './node-process.js';
import { type Scratch, within } from './scratch.js';
import { median } from './statistics.js';

/** So many objects of that size, one after the other. */
export interface ObjectSize {
  readonly bytes: number;
  readonly count: number;
}

export interface FilesExtent {
  readonly runs: number;
  readonly sizes: readonly ObjectSize[];
  readonly keys: number;
  readonly editedBytes: number;
}

export interface SizeFigures {
  readonly bytes: number;
  readonly count: number;
  readonly raw: ByteRates;
  readonly files: ByteRates;
  readonly rest: ByteRates;
  readonly s3: ByteRates;
  /** Of the node, behind all objects of this size. */
  readonly residentMebibytes: number;
}

export interface FilesFigures {
  readonly runs: number;
  readonly sizes: readonly SizeFigures[];
  readonly list: {
    readonly keys: number;
    readonly putsPerSecond: number;
    /** All of them, 1,000 a page: after a start, when names are opened first, and again. */
    readonly firstMillis: number;
    readonly againMillis: number;
    readonly residentMebibytes: number;
  };
  readonly edit: { readonly bytes: number; readonly grownBytes: number };
}

export async function measureFiles(
  scratch: Scratch,
  extent: FilesExtent,
  tell: (what: string) => void,
): Promise<FilesFigures> {
  const sizes: SizeFigures[] = [];
  for (const size of extent.sizes) {
    tell(`${size.count} objects of ${size.bytes} bytes`);
    sizes.push(await measureSize(scratch, extent.runs, size));
  }
  tell(`${extent.keys} keys`);
  const list = await measureList(await within(scratch, 'list'), extent.keys);
  tell('a block of a long file changed');
  const edit = await measureEdit(await within(scratch, 'edit'), extent.editedBytes);
  return { runs: extent.runs, sizes, list, edit };
}

/** All four in turn, in each run, so that what else the machine does falls on all of them. */
async function measureSize(scratch: Scratch, runs: number, size: ObjectSize): Promise<SizeFigures> {
  const inSize = await within(scratch, `size-${size.bytes}`);
  const { node, client, key } = await started(await within(inSize, 'node'));
  const rates: Record<'raw' | 'files' | 'rest' | 's3', ByteRates[]> = {
    raw: [],
    files: [],
    rest: [],
    s3: [],
  };
  for (let run = 0; run < runs; run++) {
    const inRun = await within(inSize, `run-${run}`);
    rates.raw.push(await rawBlobs(inRun.directory, size));
    rates.files.push(await rawFiles(inRun.directory, size));
    rates.rest.push(await client.rest(`rest-${run}`, size));
    rates.s3.push(await client.s3(key, `s3-${run}`, size));
  }
  const residentMebibytes = (await node.residentBytes()) / 2 ** 20;
  await node.stop('SIGTERM');
  const medians = (of: readonly ByteRates[]): ByteRates => ({
    put: median(of.map(({ put }) => put)),
    get: median(of.map(({ get }) => get)),
  });
  return {
    ...size,
    raw: medians(rates.raw),
    files: medians(rates.files),
    rest: medians(rates.rest),
    s3: medians(rates.s3),
    residentMebibytes,
  };
}

async function measureList(scratch: Scratch, keys: number): Promise<FilesFigures['list']> {
  const apiKey = newApiKey();
  let { node, client } = await started(scratch, apiKey);
  const begun = performance.now();
  await client.putMany(keys, 32);
  const putsPerSecond = (1000 * keys) / (performance.now() - begun);
  await node.stop('SIGTERM');
  node = await startNode(scratch, apiKey, { flags: S3_FLAGS });
  client = new FileClient(node);
  const times: number[] = [];
  for (let round = 0; round < 2; round++) {
    const from = performance.now();
    const found = await client.listAll();
    if (found !== keys) throw new Error(`${found} of ${keys} keys were listed`);
    times.push(performance.now() - from);
  }
  const residentMebibytes = (await node.residentBytes()) / 2 ** 20;
  await node.stop('SIGTERM');
  const [firstMillis = NaN, againMillis = NaN] = times;
  return { keys, putsPerSecond, firstMillis, againMillis, residentMebibytes };
}

/** What lies on disk behind a clean stop, before and after. */
async function measureEdit(scratch: Scratch, bytes: number): Promise<FilesFigures['edit']> {
  const apiKey = newApiKey();
  const content = randomBytes(bytes);
  const { node, client } = await started(scratch, apiKey);
  await client.put('long', content);
  await node.stop('SIGTERM');
  const before = await bytesIn(join(scratch.directory, 'data', 'files'));
  const again = await startNode(scratch, apiKey, { flags: S3_FLAGS });
  randomBytes(4096).copy(content, Math.floor(bytes / 2));
  await new FileClient(again).put('long', content);
  await again.stop('SIGTERM');
  const after = await bytesIn(join(scratch.directory, 'data', 'files'));
  return { bytes, grownBytes: after - before };
}

const S3_FLAGS = ['--s3-port', '0'];

async function started(
  scratch: Scratch,
  apiKey = newApiKey(),
): Promise<{ node: NodeProcess; client: FileClient; key: S3Key }> {
  const node = await startNode(scratch, apiKey, { flags: S3_FLAGS });
  const client = new FileClient(node);
  await client.makeDrive();
  return { node, client, key: await client.makeKey(join(scratch.directory, 'node.log')) };
}

async function bytesIn(directory: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  return sum;
}
