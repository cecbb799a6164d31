/** What some directories hold, read from the real disk. */
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import type { DirectoryImage, FileImage } from './disk-model.js';
import { RecordingError } from './trace.js';

/** The directories with all that is in them, and the directories they lie in; those first. */
export function snapshot(directories: readonly string[]): Map<string, FileImage | DirectoryImage> {
  const image = new Map<string, FileImage | DirectoryImage>();
  for (const directory of directories) {
    for (const ancestor of ancestorsOf(directory)) read(ancestor, image, false);
    read(directory, image, true);
  }
  return image;
}

function ancestorsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === '/' ? [] : [...ancestorsOf(parent), parent];
}

function read(path: string, image: Map<string, FileImage | DirectoryImage>, deep: boolean): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  const mode = status.mode & 0o7777;
  if (status.isFile()) {
    image.set(path, { type: 'file', mode, bytes: readFileSync(path), inode: null });
  } else if (status.isDirectory()) {
    image.set(path, { type: 'directory', mode });
    if (deep) for (const name of readdirSync(path)) read(join(path, name), image, true);
  } else {
    throw new RecordingError(`${path} is neither a file nor a directory: not modelled`);
  }
}
