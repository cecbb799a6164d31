/** Writes an image of the disk to a real one. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import type { DiskImage } from './disk-model.js';

/**
 * Makes in `into` what the image says lies beside the first of `directories`: the recorded
 * `/tmp/run/data` becomes `into/data`. All directories must lie in the directory of the first, or deeper.
 */
export function rebuild(image: DiskImage, directories: readonly string[], into: string): void {
  const base = baseOf(directories);
  const modes: [string, number][] = [];
  for (const [path, entry] of image) {
    const inside = relative(base, path);
    if (inside === '' || inside.startsWith('..')) continue;
    const target = join(into, inside);
    if (entry.type === 'directory') {
      mkdirSync(target);
      modes.push([target, entry.mode]);
    } else {
      writeFileSync(target, entry.bytes, { mode: entry.mode });
    }
  }
  // Last and deepest first: a directory need not be writable.
  for (const [target, mode] of modes.reverse()) chmodSync(target, mode);
}

/** The directory that the recorded ones lie in. */
export function baseOf(directories: readonly string[]): string {
  const [first = '/'] = directories;
  return dirname(first);
}
