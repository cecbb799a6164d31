/** What a monitor remembers of epochs, on a disk that fails at each step: the memory before, or the one after, whole. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UnixMillis } from '../../../src/base/brand.js';
import type { MonitorState } from '../../../src/cli/monitor/monitor-state.js';
import { MonitorStore } from '../../../src/cli/monitor/monitor-store.js';
import { type DurableFileSystem, durableFileSystem } from '../../../src/keys/durable-file.js';
import { history, leaves, LOG_KEY } from '../../evidence/misbehaviour/support/history.js';
import { rejection } from '../../support/errors.js';
import { type Fault, FaultyFiles } from '../../support/faulty-files.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import { EpochDouble, followed } from './epoch-double.js';

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory();
});
afterEach(() => removeDirectory(root));

const log = history(leaves('disk', 0, 40));

async function stateAfter(
  node: EpochDouble,
  size: number,
  before: MonitorState | null,
): Promise<MonitorState> {
  const shown = { history: log, size };
  node.make(shown);
  const { memory } = await followed(node, shown, before?.epochs ?? null, () => {
    throw new Error('there is nothing to prove');
  });
  if (memory === null) throw new Error('the epoch was not followed');
  const seenAt = Date.UTC(2026, 10, 29) as UnixMillis;
  return {
    checkpoint: log.checkpoint(size),
    key: LOG_KEY.key,
    grownAt: seenAt,
    seenAt,
    sources: [{ place: 'http://node.example kyc', size }],
    epochs: memory,
  };
}

const epochsOf = (states: readonly MonitorState[]): (number | undefined)[] =>
  states.map(({ epochs }) => epochs?.epoch.content.index);

/** Both memories, and the directory that has the first of them. */
async function lived(): Promise<{ one: MonitorState; two: MonitorState; directory: string }> {
  const node = new EpochDouble('disk');
  const one = await stateAfter(node, 10, null);
  const two = await stateAfter(node, 20, one);
  const directory = join(root, 'monitor');
  await new MonitorStore(directory).write(one);
  return { one, two, directory };
}

describe('the memory of epochs of a monitor', () => {
  it.each<Fault>(['before', 'torn', 'after'])(
    'is the one before or the one after, whole, where the power goes %s each step',
    async (fault) => {
      const { one, two, directory } = await lived();
      const whole = new FaultyFiles();
      await new MonitorStore(join(root, 'whole'), whole).write(two);
      const known = [epochsOf([one]), epochsOf([two])];
      const seen = new Set<number | undefined>();
      for (let step = 0; step < whole.steps.length; step++) {
        await new MonitorStore(directory).write(one);
        const files = new FaultyFiles(step, fault);
        await new MonitorStore(directory, files).write(two).catch(() => undefined);
        const found = epochsOf(await new MonitorStore(directory).read());
        expect(known).toContainEqual(found);
        seen.add(found[0]);
        // And it goes on from whatever is there.
        await new MonitorStore(directory).write(two);
        expect(epochsOf(await new MonitorStore(directory).read())).toEqual(known[1]);
      }
      expect(seen.size).toBe(2);
    },
  );

  it.each(['ENOSPC', 'EIO', 'EROFS'])('stays as it was where the disk says %s', async (code) => {
    const { one, two, directory } = await lived();
    for (const step of ['write', 'sync', 'rename'] as const) {
      const fail = (): Promise<void> =>
        Promise.reject(Object.assign(new Error(`${code}: no`), { code }));
      const files: DurableFileSystem = { ...durableFileSystem, [step]: fail };
      const error = await rejection(new MonitorStore(directory, files).write(two));
      expect(error).toMatchObject({ code: 'CLI_FILE' });
      expect(error.message).toContain(`it cannot be written (${code})`);
      expect(epochsOf(await new MonitorStore(directory).read())).toEqual(epochsOf([one]));
    }
  });

  it('is not taken for absent where a part of it is left', async () => {
    const { directory } = await lived();
    const [name = ''] = (await readdir(directory)).filter((one) => one.endsWith('.head.json'));
    const path = join(directory, name);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length >> 1));
    expect(await rejection(new MonitorStore(directory).read())).toMatchObject({ code: 'CLI_FILE' });
    await mkdir(join(root, 'empty'));
    expect(await new MonitorStore(join(root, 'empty')).read()).toEqual([]);
  });
});
