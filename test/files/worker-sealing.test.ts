/** The thread that seals content says what this one would, and says so where it ends. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { inlineSealing } from '../../src/files/chunks/sealing.js';
import { WorkerSealing } from '../../src/files/chunks/worker-sealing.js';

const ENTRY = pathToFileURL(resolve('dist/files/chunks/sealing-worker.js'));
const OPTIONS = {
  filesSecret: new Uint8Array(32).fill(7),
  hasMd5: true,
  sums: ['crc64nvme'] as const,
};
const crashes: unknown[] = [];
const threads: WorkerSealing[] = [];

function thread(entry = ENTRY): WorkerSealing {
  const sealing = new WorkerSealing({ entry, onCrash: (cause) => crashes.push(cause) });
  threads.push(sealing);
  return sealing;
}

afterEach(async () => {
  for (const sealing of threads.splice(0)) await sealing.close();
  crashes.length = 0;
});

function slab(n: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, at) => (at * (n + 3)) % 251);
}

describe('sealing in a thread', () => {
  test('is sealing', async () => {
    const [here, there] = [inlineSealing.begin(OPTIONS), thread().begin(OPTIONS)];
    for (const [n, length] of [524_288, 524_288, 70_000].entries()) {
      const expected = await here.seal(slab(n, length));
      const found = await there.seal(slab(n, length));
      expect(found.names.map(({ address }) => Buffer.from(address))).toEqual(
        expected.names.map(({ address }) => Buffer.from(address)),
      );
      expect(Buffer.concat(found.blocks).equals(Buffer.concat(expected.blocks))).toBe(true);
    }
    const [expected, found] = [await here.digests(), await there.digests()];
    expect(Buffer.from(found.sha256)).toEqual(Buffer.from(expected.sha256));
    expect(found.sums).toEqual(expected.sums);
    there.drop();
  });

  test('keeps several contents apart', async () => {
    const sealing = thread();
    const contents = [1, 2, 3].map((n) => ({ n, there: sealing.begin(OPTIONS) }));
    const sealed = contents.map(({ n, there }) => there.seal(slab(n, 65_536)));
    for (const [at, { n }] of contents.entries()) {
      const expected = await inlineSealing.begin(OPTIONS).seal(slab(n, 65_536));
      const found = await sealed[at];
      expect(Buffer.from(found?.names[0]?.address ?? [])).toEqual(
        Buffer.from(expected.names[0]?.address ?? []),
      );
    }
  });

  test('says so when its thread ends, and begins another', async () => {
    const sealing = thread(new URL('data:text/javascript,process.exit(1)'));
    const content = sealing.begin(OPTIONS);
    await expect(content.seal(slab(1, 65_536))).rejects.toMatchObject({ code: 'FILES_BUSY' });
    await expect(content.digests()).rejects.toMatchObject({ code: 'FILES_BUSY' });
    expect(crashes).toHaveLength(1);
  });
});
