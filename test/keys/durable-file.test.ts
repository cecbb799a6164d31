import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../src/base/bytes.js';
import {
  makeDirectoryDurably,
  removeFileDurably,
  writeFileDurably,
} from '../../src/keys/durable-file.js';
import { FaultyFiles, PowerCut } from '../support/faulty-files.js';
import { removeDirectory, temporaryDirectory } from '../support/temporary-directory.js';

let directory: string;
beforeEach(async () => (directory = await temporaryDirectory()));
afterEach(() => removeDirectory(directory));

const OLD = utf8('old');
const NEW = utf8('new content');

describe('writeFileDurably', () => {
  it('writes aside, syncs, renames, and syncs the directory, in this order', async () => {
    const files = new FaultyFiles();
    const path = join(directory, 'a');
    await writeFileDurably(path, NEW, 0o600, files);
    expect(files.steps).toEqual([
      `write ${path}.tmp`,
      `sync ${path}.tmp`,
      `rename ${path}`,
      `syncDirectory ${directory}`,
    ]);
    expect(await readdir(directory)).toEqual(['a']);
  });

  it('leaves the old content or the new, whole, wherever the power goes', async () => {
    for (const fault of ['before', 'torn', 'after'] as const)
      for (let step = 0; step < 4; step++) {
        const path = join(directory, `${fault}-${step}`);
        await writeFileDurably(path, OLD, 0o600);
        const write = writeFileDurably(path, NEW, 0o600, new FaultyFiles(step, fault));
        await expect(write).rejects.toThrow(PowerCut);
        const renamed = step === 3 || (step === 2 && fault === 'after');
        expect(new Uint8Array(await readFile(path))).toEqual(renamed ? NEW : OLD);
        await writeFileDurably(path, NEW, 0o600);
        expect(new Uint8Array(await readFile(path))).toEqual(NEW);
      }
  });

  it('gives the file exactly its mode, whatever was there', async () => {
    const path = join(directory, 'a');
    await writeFileDurably(path, OLD, 0o644);
    await writeFileDurably(`${path}.tmp`, OLD, 0o666);
    await writeFileDurably(path, NEW, 0o600);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
});

describe('removeFileDurably', () => {
  it('removes a file, and does not mind one that is gone', async () => {
    const path = join(directory, 'a');
    await writeFileDurably(path, OLD, 0o600);
    await removeFileDurably(path);
    await removeFileDurably(path);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('makeDirectoryDurably', () => {
  it('makes a directory that only its owner may enter', async () => {
    const path = join(directory, 'a');
    await makeDirectoryDurably(path);
    await makeDirectoryDurably(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });
});
