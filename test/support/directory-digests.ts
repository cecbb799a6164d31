import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Every file below a directory with mode and digest, in order: equal if nothing in it has changed. */
export async function directoryDigests(directory: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    const path = join(directory, name);
    const { mode, mtimeMs } = await stat(path);
    const isFile = (await stat(path)).isFile();
    const digest = isFile
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : '';
    lines.push(`${name} ${mode} ${mtimeMs} ${digest}`);
  }
  return lines;
}
