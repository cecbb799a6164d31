import { cp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Copies a directory that a process may be writing to, as it is at one moment: what `kill -9` would
 * leave. Done again if anything in it changed meanwhile.
 */
export async function copyDirectory(from: string, to: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const before = await listing(from);
    await rm(to, { recursive: true, force: true });
    const copied = await cp(from, to, { recursive: true }).then(
      () => true,
      () => false,
    );
    if (copied && (await listing(from)) === before) return;
  }
  throw new Error('the directory never stood still');
}

async function listing(directory: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    const found = await stat(join(directory, name)).catch(() => null);
    lines.push(`${name} ${found?.size ?? '-'} ${found?.mtimeMs ?? '-'}`);
  }
  return lines.join('\n');
}
