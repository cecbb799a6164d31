import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new directory; the caller removes it with `removeDirectory`. */
export async function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'chirograph-'));
}

export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
