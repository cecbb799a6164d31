/** Anchor files on a real directory: each once, none replaced, all there after whatever outage. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AnchorFiles } from '../../src/anchoring/anchor-files.js';
import type { TreeSize } from '../../src/base/brand.js';
import { silentLogger } from '../../src/base/logger.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { FaultyWriteOnce } from './faulty-write-once.js';
import { HOUR, openStampingLife, type StampingLife } from './stamping-life.js';

let root: string;
let life: StampingLife;
beforeEach(async () => {
  root = await temporaryDirectory();
  life = await openStampingLife(root);
});
afterEach(async () => {
  await life.close();
  await removeDirectory(root);
});

const place = () => join(root, 'media');
const cosignedOf = { note: null as { size: TreeSize; note: string } | null };
beforeEach(() => {
  cosignedOf.note = null;
});

function openFiles(files = new FaultyWriteOnce()): AnchorFiles {
  return new AnchorFiles({
    ...{ directory: place(), files, logger: silentLogger, clock: life.clock },
    epochs: life.node.epochs.epochs,
    stamps: life.stamps.store,
    cosigned: () => Promise.resolve(cosignedOf.note),
  });
}

async function written(files: AnchorFiles): Promise<void> {
  files.begin();
  await files.idle();
}

const pathOf = (size: number, kind = 'checkpoint'): string =>
  join(
    place(),
    life.node.epochs.epochs.handle,
    '00000000',
    `${String(size).padStart(12, '0')}.${kind}`,
  );

async function found(): Promise<readonly string[]> {
  const names = await readdir(dirname(pathOf(1)));
  return names.sort().map((name) => name.replace(/^0+/, ''));
}

async function expectAll(sizes: readonly number[]): Promise<void> {
  const { epochs } = life.node.epochs;
  for (const size of sizes)
    expect(await readFile(pathOf(size), 'utf8')).toBe(await epochs.checkpointAt(size as TreeSize));
}

describe('each epoch', () => {
  it('has its checkpoint, its token and its cosigned note in files of their own', async () => {
    const files = openFiles();
    await written(files);
    await life.epoch();
    await written(files);
    await life.epoch();
    const { epochs } = life.node.epochs;
    const note = `${await epochs.checkpointAt(3 as TreeSize)}— witness.example AAAA\n`;
    cosignedOf.note = { size: 3 as TreeSize, note };
    await written(files);
    expect(await found()).toEqual(['2.checkpoint', '2.tst', '3.checkpoint', '3.cosigned', '3.tst']);
    await expectAll([2, 3]);
    expect(new Uint8Array(await readFile(pathOf(3, 'tst')))).toEqual(
      new Uint8Array(life.stamps.store.newest?.token ?? []),
    );
    cosignedOf.note = { size: 3 as TreeSize, note: `${note}— other.example AAAA\n` };
    await written(files);
    expect(await readFile(pathOf(3, 'cosigned'), 'utf8')).toBe(note);
    const at = life.clock.now();
    expect(files.status).toEqual({ size: 3, at, missed: 0, failure: null, alarms: [] });
  });

  it('goes on after a restart, and a new directory begins with the newest', async () => {
    await life.epoch();
    await life.epoch();
    await written(openFiles());
    expect(await found()).toEqual(['2.tst', '3.checkpoint', '3.tst']);
    await life.epoch();
    await life.epoch();
    await written(openFiles());
    await expectAll([3, 4, 5]);
  });
});

describe('a file that is there', () => {
  it('with other bytes stays as it is, is named, and holds up no later one', async () => {
    await life.epoch();
    const files = openFiles();
    await written(files);
    await writeFile(pathOf(3), 'somebody was here first\n');
    await life.epoch();
    await life.epoch();
    await written(files);
    const subject = `${life.node.epochs.epochs.handle}/00000000/000000000003.checkpoint`;
    const alarms = [{ code: 'differs', subject }];
    expect(files.status).toMatchObject({ size: 4, missed: 0, alarms });
    expect(await readFile(pathOf(3), 'utf8')).toBe('somebody was here first\n');
    await expectAll([2, 4]);
    const again = openFiles();
    await written(again);
    expect(again.status.alarms).toEqual(alarms);
  });

  it('longer than the checkpoint is another', async () => {
    await life.epoch();
    await written(openFiles());
    await writeFile(pathOf(2), `${await readFile(pathOf(2), 'utf8')}and more`);
    const again = openFiles();
    await written(again);
    expect(again.status.alarms).toMatchObject([{ code: 'differs' }]);
  });

  it('of a size that the log has not reached says that the node was rolled back', async () => {
    await life.epoch();
    await mkdir(dirname(pathOf(9)), { recursive: true });
    await writeFile(pathOf(9), 'of the time before');
    const files = openFiles();
    await written(files);
    expect(files.status.alarms).toMatchObject([
      { code: 'beyond', subject: expect.stringMatching(/000000000009\.checkpoint$/) as unknown },
    ]);
  });
});

describe.each(['ENOSPC', 'EROFS', 'EIO'])('72 hours of %s', (code) => {
  it('refuse no epoch, and all of it is written afterwards', async () => {
    const disk = new FaultyWriteOnce();
    let files = openFiles(disk);
    await life.epoch();
    await written(files);
    disk.outage = code;
    for (let hour = 1; hour <= 72; hour++) {
      life.clock.advance(HOUR);
      if (hour % 24 === 0) await life.epoch();
      if (hour === 48) files = openFiles(disk);
      await written(files);
    }
    expect(life.node.epochs.epochs.head.size).toBe(5);
    expect(files.status).toMatchObject({ failure: code, missed: 25 });
    expect(await found()).toEqual(['2.checkpoint', '2.tst']);
    disk.outage = null;
    await written(files);
    await expectAll([2, 3, 4, 5]);
    expect(await found()).toContain('5.tst');
    expect(files.status).toMatchObject({ size: 5, missed: 0, failure: null, alarms: [] });
  });
});

describe('a power cut at any step', () => {
  it('leaves files that are finished at the next start, and none that is another', async () => {
    await life.epoch();
    await written(openFiles());
    const counting = new FaultyWriteOnce();
    await life.epoch();
    await written(openFiles(counting));
    const { length } = counting.steps;
    expect(length).toBeGreaterThan(8);
    let cuts = 0;
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = 0; step < length; step++) {
        await life.epoch();
        const cut = openFiles(new FaultyWriteOnce(step, fault));
        await written(cut);
        cuts += cut.status.missed;
        const again = openFiles();
        await written(again);
        expect(again.status).toMatchObject({ missed: 0, alarms: [] });
      }
    expect(cuts).toBe(3 * length);
    const { size } = life.node.epochs.epochs.head;
    await expectAll(Array.from({ length: size - 1 }, (_, at) => at + 2));
  });
});
