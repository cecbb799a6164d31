/** What the disk and Hyperblobs do by themselves with the same bytes. */
import { randomFillSync } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Corestore from 'corestore';
import Hyperblobs, { type BlobId } from 'hyperblobs';
import type { ObjectSize } from './files.js';

/** MB/s. */
export interface ByteRates {
  readonly put: number;
  readonly get: number;
}

const PIECE = 65_536;

/** Content that no two objects share a piece of, made as fast as it is taken. */
export function* contentOf(bytes: number): Generator<Buffer> {
  for (let at = 0; at < bytes; at += PIECE) {
    const piece = Buffer.from(PATTERN.subarray(0, Math.min(PIECE, bytes - at)));
    piece.writeDoubleLE(Math.random(), 0);
    yield piece;
  }
}

const PATTERN = randomFillSync(Buffer.alloc(PIECE));

export function rateOf({ bytes, count }: ObjectSize, millis: number): number {
  return (bytes * count) / 1000 / millis;
}

export async function rawBlobs(directory: string, size: ObjectSize): Promise<ByteRates> {
  const store = new Corestore(join(directory, 'blobs'));
  await store.ready();
  const blobs = new Hyperblobs(store.get({ name: 'blobs' }));
  await blobs.ready();
  const ids: BlobId[] = [];
  const begun = performance.now();
  for (let n = 0; n < size.count; n++) {
    const stream = blobs.createWriteStream();
    const closed = new Promise<void>((resolve, reject) => {
      stream.once('close', resolve);
      stream.once('error', reject);
    });
    for (const piece of contentOf(size.bytes))
      if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
    stream.end();
    await closed;
    ids.push(stream.id);
  }
  const put = rateOf(size, performance.now() - begun);
  const reading = performance.now();
  for (const id of ids) {
    let left = size.bytes;
    for await (const piece of blobs.createReadStream(id)) left -= piece.length;
    if (left !== 0) throw new Error('a blob is of another size');
  }
  const get = rateOf(size, performance.now() - reading);
  await store.close();
  return { put, get };
}

/** Written and synced, one file an object. */
export async function rawFiles(directory: string, size: ObjectSize): Promise<ByteRates> {
  const names = Array.from({ length: size.count }, (_, n) => join(directory, `file-${n}`));
  const begun = performance.now();
  for (const name of names) {
    const file = await open(name, 'w');
    for (const piece of contentOf(size.bytes)) await file.write(piece);
    await file.sync();
    await file.close();
  }
  const put = rateOf(size, performance.now() - begun);
  const reading = performance.now();
  for (const name of names)
    if ((await readFile(name)).length !== size.bytes) throw new Error('a file is of another size');
  return { put, get: rateOf(size, performance.now() - reading) };
}
