/** What the disk and Hypercore do by themselves in the same directory: the figures to compare with. */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import Corestore from 'corestore';
import type Hypercore from 'hypercore';
import { keyPairOf } from '../src/keys/key-pair.js';
import { LINE_BYTES } from './record-lines.js';
import { median } from './statistics.js';

export interface RawReference {
  /** Each behind a write of 4 KiB to the end of a file. */
  readonly fdatasyncsPerSecond: number;
  /** Blocks of 500 B a second, never synced, by how many are appended in one call. */
  readonly appendedBlocksPerSecond: Readonly<Record<'1' | '100' | '1000', number>>;
}

export async function rawReference(
  directory: string,
  millis: number,
  runs: number,
): Promise<RawReference> {
  const repeat = async (measure: () => Promise<number>): Promise<number> => {
    const values: number[] = [];
    for (let run = 0; run < runs; run++) values.push(await measure());
    return median(values);
  };
  const fdatasyncsPerSecond = await repeat(() => fdatasyncs(join(directory, 'synced'), millis));
  const store = new Corestore(join(directory, 'cores'));
  const append = (blocks: number): Promise<number> => repeat(() => appends(store, blocks, millis));
  const appendedBlocksPerSecond = {
    '1': await append(1),
    '100': await append(100),
    '1000': await append(1000),
  };
  await store.close();
  return { fdatasyncsPerSecond, appendedBlocksPerSecond };
}

async function fdatasyncs(path: string, millis: number): Promise<number> {
  const file = await open(path, 'a');
  const page = Buffer.alloc(4096, 1);
  const perSecond = await rate(millis, async () => {
    await file.write(page);
    await file.datasync();
    return 1;
  });
  await file.close();
  return perSecond;
}

async function appends(store: Corestore, blocks: number, millis: number): Promise<number> {
  const keyPair = keyPairOf(randomBytes(32));
  const core: Hypercore = store.get({
    manifest: {
      version: 1,
      hash: 'blake2b',
      quorum: 1,
      signers: [
        { signature: 'ed25519', namespace: Buffer.alloc(32), publicKey: keyPair.publicKey },
      ],
    },
  });
  await core.ready();
  const batch = Array.from({ length: blocks }, (_, n) => Buffer.alloc(LINE_BYTES, n));
  return rate(millis, async () => {
    await core.append(batch, { keyPair });
    return blocks;
  });
}

/** @param step what is counted, and how many it did. */
async function rate(millis: number, step: () => Promise<number>): Promise<number> {
  const started = performance.now();
  let done = 0;
  while (performance.now() - started < millis) done += await step();
  return (done * 1000) / (performance.now() - started);
}
