/** What a crash leaves of a replica: nothing is claimed that is not on disk, and nothing that was claimed is forgotten. */
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Corestore from 'corestore';
import { ChirographError } from '../../../src/base/errors.js';
import { type DurableFileSystem, durableFileSystem } from '../../../src/keys/durable-file.js';
import { copyDirectory } from '../../support/copy-directory.js';
import { type Fault, FaultyFiles, PowerCut } from '../../support/faulty-files.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { caseNumbers, spread, timeLimit } from '../../support/suite.js';
import { BLOCK_KEY, type HostileWriter, MANIFEST } from '../support/hostile-writer.js';
import { expectProof, Stage } from '../support/stage.js';

const stage = Stage.forEach();

async function written(blocks: number): Promise<HostileWriter> {
  const writer = await stage.writer();
  for (let block = 0; block < blocks; block++) await writer.write(3);
  return writer;
}

/** Steps at which the power may go, of a replica that stores two heads. */
const STEPS = 34;
const MOMENTS: readonly Fault[] = ['before', 'torn', 'after'];
const CUTS = spread(
  Array.from({ length: STEPS }, (_, step) => MOMENTS.map((fault) => ({ step, fault }))).flat(),
);

it.each(
  caseNumbers(20, CUTS.length).map((at) => CUTS[at] ?? { step: 0, fault: 'before' as const }),
)(
  'a power cut $fault step $step of the disk leaves what was claimed',
  async ({ step, fault }) => {
    const writer = await written(2);
    const early = await writer.announcement();
    await writer.write(3);
    let told = 0;
    try {
      const files = new FaultyFiles(step, fault);
      const one = await stage.replica('one', { files });
      stage.connect(one.log, writer);
      for (const head of [early, await writer.announcement()]) {
        await one.log.announce(head);
        await one.settled(head === early ? 6 : 9);
      }
      told = one.stored.at(-1)?.size ?? 0;
      await stage.cutOff();
      await stage.close(one);
    } catch (cause) {
      if (!(cause instanceof PowerCut || cause instanceof ChirographError)) throw cause;
      await stage.cutOff();
    }
    await stage.closeReplicas();
    const again = await stage.replica('one');
    await again.log.idle();
    expect(again.log.stored?.size ?? 0).toBeGreaterThanOrEqual(told);
    stage.connect(again.log, writer);
    await again.log.announce(await writer.announcement());
    await again.settled(9);
    expect([again.alarms, again.failures]).toEqual([[], []]);
  },
  timeLimit,
);

it('has as many steps as are tried', async () => {
  const files = new FaultyFiles();
  const writer = await written(2);
  const one = await stage.replica('one', { files });
  stage.connect(one.log, writer);
  for (const size of [6, 9]) {
    if (size === 9) await writer.write(3);
    await one.log.announce(await writer.announcement());
    await one.settled(size);
  }
  expect(files.steps.length).toBeLessThanOrEqual(STEPS);
  expect(files.steps.some((name) => /^sync .*\d+\.log$/.test(name))).toBe(true);
});

/** Remembers how long each file of RocksDB's log was when it was synced last; syncs no more once `isStuck`. */
class Watched {
  isStuck = false;
  /** The process ends. */
  kill = (): void => undefined;
  readonly synced = new Map<string, number>();
  readonly files: DurableFileSystem = {
    ...durableFileSystem,
    sync: async (path) => {
      if (path.endsWith('.log') && this.isStuck)
        await new Promise((_, reject) => {
          this.kill = () => {
            reject(new PowerCut());
          };
        });
      const { size } = await stat(path);
      await durableFileSystem.sync(path);
      if (path.endsWith('.log')) this.synced.set(basename(path), size);
    },
  };
}

/** A replica that told of two blocks, and has two more that it did not sync. */
async function unsynced(blockKey: Uint8Array | null) {
  const writer = await written(2);
  const watched = new Watched();
  const one = await stage.replica('one', { blockKey, files: watched.files });
  stage.connect(one.log, writer);
  await one.log.announce(await writer.announcement());
  await one.settled(6);
  watched.isStuck = true;
  for (let block = 0; block < 2; block++) await writer.write(3);
  await one.log.announce(await writer.announcement());
  await writer.until(() => one.log.written >= 4);
  await copyDirectory(join(stage.root, 'one'), join(stage.root, 'crashed'));
  watched.kill();
  await stage.cutOff();
  await stage.close(one);
  return { writer, watched, one };
}

describe.each([
  ['a reader', BLOCK_KEY],
  ['a blind replica', null],
])('%s that was killed', (_name, blockKey) => {
  it('claims nothing that it had not synced, and all that it had', async () => {
    const { writer, watched, one } = await unsynced(blockKey);
    expect(one.stored.map(({ size }) => size)).toEqual([6]);
    const db = join(stage.root, 'crashed', 'replicas', 'cores', 'db');
    // The machine's power goes too: of what was not synced any part is left.
    const random = new SeededRandom('torn');
    const share = new Uint8Array(1);
    for (const name of (await readdir(db)).filter((file) => file.endsWith('.log'))) {
      const { size } = await stat(join(db, name));
      const sure = watched.synced.get(name) ?? 0;
      random.fill(share);
      const torn = Math.floor((Number(share[0]) / 256) * (size - sure));
      await truncate(join(db, name), sure + torn);
    }
    const again = await stage.replica('crashed', { blockKey });
    await again.settled(6);
    expect(again.stored.map(({ size }) => size)).toEqual([6]);
    stage.connect(again.log, writer);
    await again.log.announce(await writer.announcement());
    await again.settled(12);
    expect([again.alarms, again.failures]).toEqual([[], []]);
  });

  it('fetches anew where the power cut has left a hole', async () => {
    const { writer } = await unsynced(blockKey);
    await withCore(join(stage.root, 'crashed', 'replicas', 'cores'), (tx) => {
      tx.deleteBlock(2);
    });
    const again = await stage.replica('crashed', { blockKey });
    expect(again.stored).toEqual([]);
    stage.connect(again.log, writer);
    await again.log.announce(await writer.announcement());
    await again.settled(12);
    expect(again.stored.map(({ size }) => size)).toEqual([6, 12]);
    expect([again.alarms, again.failures]).toEqual([[], []]);
  });

  it('with an empty disk takes no other history for the one that it remembers', async () => {
    const { writer } = await unsynced(blockKey);
    const twin = await stage.twin(writer);
    await twin.cut(1, 0);
    for (let block = 0; block < 4; block++) await twin.write(3, 'b');
    const other = await stage.restarted(twin, 'twin');
    await rm(join(stage.root, 'crashed', 'replicas', 'cores'), { recursive: true });
    const again = await stage.replica('crashed', { blockKey });
    stage.connect(again.log, other);
    await again.settled(99);
    await expectProof(again, 'core');
    expect(again.stored).toEqual([]);
  });

  it('with an empty disk gets the same history again', async () => {
    const { writer } = await unsynced(blockKey);
    await rm(join(stage.root, 'crashed', 'replicas', 'cores'), { recursive: true });
    const again = await stage.replica('crashed', { blockKey });
    stage.connect(again.log, writer);
    await again.settled(6);
    expect(again.stored.map(({ size }) => size)).toEqual([6]);
  });
});

it('claims nothing any more after a sync that failed', async () => {
  const writer = await written(2);
  let isBroken = true;
  const files: DurableFileSystem = {
    ...durableFileSystem,
    sync: async (path) => {
      if (path.endsWith('.log') && isBroken) throw new Error('EIO');
      await durableFileSystem.sync(path);
    },
  };
  const one = await stage.replica('one', { files });
  stage.connect(one.log, writer);
  await one.log.announce(await writer.announcement());
  await one.settled(6);
  // The kernel may call pages clean that it lost: that the next sync succeeds says nothing.
  isBroken = false;
  await writer.write(3);
  await one.log.announce(await writer.announcement());
  await one.told();
  expect(one.failures).toMatchObject([{ code: 'LEDGER_FAILED' }, { code: 'LEDGER_FAILED' }]);
  expect(one.stored).toEqual([]);
});

it('does not begin anew where its memory is not what was written', async () => {
  const writer = await written(2);
  const one = await stage.replica('one');
  stage.connect(one.log, writer);
  await one.log.announce(await writer.announcement());
  await one.settled(6);
  await stage.cutOff();
  await stage.close(one);
  const heads = join(stage.root, 'one', 'replicas', 'heads');
  const [name = ''] = await readdir(heads);
  const bytes = await readFile(join(heads, name));
  for (const [at, code] of [
    [10, 'REPLICA_MEMORY_DAMAGED'],
    [bytes.indexOf('"$v":2') + 5, 'REPLICA_MEMORY_NEWER'],
  ] as const) {
    const other = Buffer.from(bytes);
    other[at] = code === 'REPLICA_MEMORY_NEWER' ? 0x33 : 0x00;
    await writeFile(join(heads, name), other);
    await stage.closeReplicas();
    await expect(stage.replica('one')).rejects.toMatchObject({ code });
  }
});

interface Rows {
  deleteBlock(index: number): void;
  flush(): Promise<void>;
}

async function withCore(directory: string, change: (tx: Rows) => void): Promise<void> {
  const store = new Corestore(directory, { allowBackup: true });
  const core = store.get({ manifest: MANIFEST });
  await core.ready();
  const tx = (core.core as unknown as { storage: { write(): Rows } }).storage.write();
  change(tx);
  await tx.flush();
  await store.close();
}
