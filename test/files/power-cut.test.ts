/**
 * A power cut at every moment between two acknowledgements: of files that were synced there is what was synced, of what came
 * behind that nothing, half of it, or noughts; and the index, which nobody syncs, is ahead, behind, or gone.
 */
import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DurableFileSystem, durableFileSystem } from '../../src/keys/durable-file.js';
import { caseNumbers, report, spread, timeLimit } from '../support/suite.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';
import { ANNA, bytesOf, openTestDrives, TENANT } from '../support/test-drives.js';
import { brokenIn, completeAll, FileMemory, put, STEPS } from './file-life.js';

const CUTS = ['nothing', 'half', 'noughts'] as const;
const INDEXES = ['ahead', 'behind', 'gone'] as const;
type Cut = (typeof CUTS)[number];
type Index = (typeof INDEXES)[number];

let root: string;
beforeAll(async () => {
  root = await temporaryDirectory();
});
afterAll(() => removeDirectory(root));

interface Moment {
  readonly name: string;
  readonly place: string;
  /** Path in the data directory → bytes of it that were synced. */
  readonly synced: ReadonlyMap<string, number>;
  readonly memory: FileMemory;
}

test(
  'a power cut takes nothing that was acknowledged, and leaves no version without its content',
  async () => {
    const moments = await live();
    const cases = spread(
      moments.flatMap((moment) =>
        CUTS.flatMap((cut) => INDEXES.map((index) => ({ moment, cut, index }))),
      ),
    );
    for (const at of caseNumbers(15, cases.length)) {
      const one = cases[at];
      if (one === undefined) continue;
      const { moment, cut, index } = one;
      report(`${moment.name}, ${cut}, index ${index}`);
      const broken = await brokenBy(moment, cut, index, join(root, `case-${at}`));
      expect([moment.name, cut, index, broken]).toEqual([moment.name, cut, index, []]);
    }
  },
  timeLimit,
);

/** A life, with a copy of all files after each step. */
async function live(): Promise<Moment[]> {
  const place = join(root, 'life');
  const synced = new Map<string, number>();
  const memory = new FileMemory();
  const node = await openTestDrives(place, { files: noting(place, synced) });
  const moments: Moment[] = [];
  try {
    const drive = await node.drives.make(TENANT, ANNA, 'passports', { versioning: 'on' });
    await put(drive, memory, 'before', bytesOf(100_000, 9));
    for (const { name, act } of STEPS) {
      await act(drive, memory);
      const copy = join(root, `at-${moments.length}`);
      await cp(place, copy, { recursive: true });
      moments.push({
        ...{ name, place: copy, synced: new Map(synced) },
        memory: structuredCloneOf(memory),
      });
    }
  } finally {
    await node.close();
  }
  return moments;
}

async function brokenBy(
  { place, synced, memory }: Moment,
  cut: Cut,
  index: Index,
  into: string,
): Promise<string[]> {
  await cp(place, into, { recursive: true });
  const files = join(into, 'data', 'files');
  for (const directory of ['blobs/db', 'uploads'])
    for (const name of await readdir(join(files, directory)))
      if (/^\d+\.log$/.test(name))
        await tear(join(files, directory, name), synced.get(`${directory}/${name}`) ?? 0, cut);
  await leave(join(files, 'index'), index);
  const node = await openTestDrives(into);
  const told = structuredCloneOf(memory);
  try {
    const broken = await brokenIn(node, told);
    const drive = await node.drives.find(TENANT, 'passports');
    await completeAll(drive, told);
    // What came in before the cut and was never spoken of: whether it is there is looked at, and not believed.
    await put(drive, told, 'stored', bytesOf(300_000, 3));
    await put(drive, told, 'again', bytesOf(400_000, 1));
    return [...broken, ...(await brokenIn(node, told))];
  } finally {
    await node.close();
    await rm(into, { recursive: true });
  }
}

async function tear(path: string, kept: number, cut: Cut): Promise<void> {
  const { size } = await stat(path);
  if (cut === 'nothing') await truncate(path, kept);
  else if (cut === 'half') await truncate(path, kept + ((size - kept) >> 1));
  else {
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0, kept));
  }
}

async function leave(directory: string, index: Index): Promise<void> {
  if (index === 'gone') await rm(directory, { recursive: true });
  if (index !== 'behind') return;
  for (const name of await readdir(directory))
    if (/^\d+\.log$/.test(name)) {
      const path = join(directory, name);
      await truncate(path, (await stat(path)).size >> 1);
    }
}

/** The real file system, which notes how much of each file was there when it was synced. */
function noting(place: string, synced: Map<string, number>): DurableFileSystem {
  const base = join(place, 'data', 'files');
  return {
    ...durableFileSystem,
    sync: async (path) => {
      const { size } = await stat(path);
      await durableFileSystem.sync(path);
      if (path.startsWith(base)) synced.set(path.slice(base.length + 1), size);
    },
  };
}

function structuredCloneOf(memory: FileMemory): FileMemory {
  const { sent, told, open, parts } = memory;
  return Object.assign(new FileMemory(), structuredClone({ sent, told, open, parts }));
}
