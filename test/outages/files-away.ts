/** A directory of anchor files that takes nothing: by the system's codes, and once for real. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultyWriteOnce } from '../anchoring/faulty-write-once.js';
import { type Backend, shownAs } from './away.js';

export const FILES_AWAY: readonly Backend[] = [
  { ...row('is read-only'), open: failing('EROFS') },
  { ...row('is full'), open: failing('ENOSPC') },
  { ...row('cannot be read or written'), open: failing('EIO') },
  { ...row('is no directory any more'), open: replaced },
];

function row(how: string): Omit<Backend, 'open'> {
  return {
    ...shownAs('files'),
    name: `a directory of anchor files, which ${how}`,
    reason: /^anchor files were not written/,
  };
}

function failing(code: string): Backend['open'] {
  return ({ root }) => {
    const files = new FaultyWriteOnce();
    return Promise.resolve({
      settings: { anchorFiles: join(root, 'media'), writeOnce: files },
      begin: () => {
        files.outage = code;
      },
      end: () => {
        files.outage = null;
      },
      meanwhile: () => Promise.resolve(),
      close: () => Promise.resolve(),
    });
  };
}

async function replaced({ root }: Parameters<Backend['open']>[0]): ReturnType<Backend['open']> {
  const anchorFiles = join(root, 'media');
  const aside = join(root, 'media.aside');
  await mkdir(anchorFiles);
  return {
    settings: { anchorFiles },
    begin: async () => {
      await rename(anchorFiles, aside);
      await writeFile(anchorFiles, 'in its place');
    },
    end: async () => {
      await rm(anchorFiles);
      await rename(aside, anchorFiles);
    },
    meanwhile: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
