/** A drive is followed entry by entry, from where it was remembered; what is missing is looked for again. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DrivePort } from '../../../src/files/drive-port.js';
import { parseFilePath } from '../../../src/files/file-path.js';
import { CopiesBook } from '../../../src/files/replication/copies-book.js';
import { DriveCopy, type DriveCopyParts } from '../../../src/files/replication/drive-copy.js';
import { type DurableFileSystem, durableFileSystem } from '../../../src/keys/durable-file.js';
import { FakeTimers } from '../../support/fake-timers.js';
import { removeDirectory, temporaryDirectory } from '../../support/temporary-directory.js';
import {
  ANNA,
  inPieces,
  openTestDrives,
  TENANT,
  type TestDrives,
} from '../../support/test-drives.js';
import { contentOf } from './drive-nodes.js';

let root: string;
let node: TestDrives;
let drive: DrivePort;
let book: CopiesBook;
let timers: FakeTimers;
/** Indices of entries whose content was asked for, and what else was done, in order. */
let done: (number | 'sync' | 'remembered')[];
/** Of these, chunks are missing. */
const missing = new Set<number>();

beforeEach(async () => {
  root = await temporaryDirectory();
  node = await openTestDrives(root);
  drive = await node.drives.make(TENANT, ANNA, 'papers');
  timers = new FakeTimers();
  done = [];
  missing.clear();
  await openBook();
});
afterEach(async () => {
  await node.close();
  await removeDirectory(root);
});

async function openBook(files: DurableFileSystem = durableFileSystem): Promise<void> {
  book = await CopiesBook.open(join(root, 'data', 'files'), files);
}

function copy(more: Partial<DriveCopyParts> = {}): DriveCopy {
  return new DriveCopy({
    ...{
      ledger: drive.ledger,
      vault: node.store.vaultOf(drive.ledger.identity.tenant),
      book,
      timers,
    },
    gather: ({ index }) => {
      done.push(index);
      return Promise.resolve(missing.has(index) ? 1 : 0);
    },
    sync: () => {
      done.push('sync');
      return Promise.resolve();
    },
    canGet: () => true,
    signal: new AbortController().signal,
    ...more,
  });
}

/** @returns index of the entry. */
async function put(name: string): Promise<number> {
  const content = await drive.store(inPieces(contentOf(5_000, name)));
  const said = { mediaType: 'text/plain' };
  const { version } = await drive.put(ANNA, parseFilePath(name), content, said);
  return version.index;
}

const remembered = (): number | undefined => {
  const { sizes } = book.of(drive.ledger.identity.handle);
  return [...sizes.values()][0];
};

describe('the content of a drive', () => {
  it('is looked for once, entry by entry, and remembered behind a sync', async () => {
    const indices = [await put('a'), await put('b')];
    await drive.delete(ANNA, parseFilePath('a'));
    const one = copy();
    const { size } = drive.ledger.reader.head;
    expect(one.behind).toBe(size);
    const write = book.put.bind(book);
    book.put = async (...given) => {
      done.push('remembered');
      await write(...given);
    };
    await one.goOn();
    expect(done).toEqual([...indices, 'sync', 'remembered']);
    expect([one.behind, one.lacking, one.hasWork, remembered()]).toEqual([0, 0, false, size]);
    // By the next process, too.
    await openBook();
    const next = copy();
    expect(next.hasWork).toBe(false);
    done = [];
    const third = await put('c');
    expect(next.hasWork).toBe(true);
    await next.goOn();
    expect(done).toEqual([third, 'sync']);
  });

  it('is not remembered as here where it is not, and looked for again after pauses that grow', async () => {
    const [, second, third] = [await put('a'), await put('b'), await put('c')];
    missing.add(second);
    const one = copy();
    await one.goOn();
    expect([one.behind, one.lacking, remembered()]).toEqual([0, 1, second]);
    expect(one.hasWork).toBe(false);
    done = [];
    timers.advance(15_000);
    expect(one.hasWork).toBe(true);
    await one.goOn();
    expect(done).toEqual([second]);
    timers.advance(15_000);
    expect(one.hasWork).toBe(false);
    timers.advance(15_000);
    expect(one.hasWork).toBe(true);
    // Whoever comes may have it.
    await one.goOn();
    expect(one.hasWork).toBe(false);
    one.someoneCame();
    expect(one.hasWork).toBe(true);
    // A start in between looks from there on.
    await openBook();
    const next = copy();
    done = [];
    missing.clear();
    await next.goOn();
    expect(done.slice(0, 2)).toEqual([second, third]);
    await one.goOn();
    expect([one.lacking, remembered()]).toEqual([0, drive.ledger.reader.head.size]);
  });

  it('waits where nobody is there who could give it', async () => {
    const first = await put('a');
    missing.add(first);
    const there = { isSo: false };
    const one = copy({ canGet: () => there.isSo });
    await one.goOn();
    expect(one.behind).toBeGreaterThan(0);
    expect([one.lacking, remembered() ?? 0]).toEqual([0, 0]);
    there.isSo = true;
    missing.clear();
    await one.goOn();
    expect([one.behind, one.lacking]).toEqual([0, 0]);
  });

  it('is looked for again where a crash kept what was remembered from the disk', async () => {
    const first = await put('a');
    await openBook({
      ...durableFileSystem,
      write: () => Promise.reject(new Error('a full disk')),
    });
    await expect(copy().goOn()).rejects.toThrow('a full disk');
    await openBook();
    done = [];
    await copy().goOn();
    expect(done[0]).toBe(first);
  });

  it('of which the sync fails is not remembered', async () => {
    await put('a');
    await expect(
      copy({ sync: () => Promise.reject(new Error('no disk')) }).goOn(),
    ).rejects.toThrow();
    await openBook();
    expect(remembered()).toBeUndefined();
  });

  it('is left where the node stops', async () => {
    await put('a');
    const stopping = new AbortController();
    stopping.abort();
    const one = copy({ signal: stopping.signal });
    await one.goOn();
    expect(done).toEqual([]);
  });

  it('is not looked for where somebody damaged what was remembered', async () => {
    await put('a');
    await copy().goOn();
    const { writeFile } = await import('node:fs/promises');
    const { handle } = drive.ledger.identity;
    await writeFile(join(root, 'data', 'files', 'copies', `${handle}.json`), '{}');
    await expect(openBook()).rejects.toMatchObject({ code: 'FILES_DAMAGED' });
  });
});
