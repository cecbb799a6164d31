/** Files that a verifier compares with what evidence shows of files: hashed as they are read, of any size. */
import { createHash } from 'node:crypto';
import { hexDigest } from '../base/hex-digest.js';
import type { GivenFile } from '../evidence/compared-file.js';
import { inputBytes } from './files.js';
import { createProgress } from './progress.js';
import type { Terminal } from './terminal.js';

/** @throws CliError CLI_FILE. */
export async function givenFiles(
  paths: readonly string[],
  terminal: Terminal,
): Promise<GivenFile[]> {
  const progress = createProgress(terminal);
  const files: GivenFile[] = [];
  try {
    for (const path of paths) files.push(await hashed(path, terminal, progress.show));
  } finally {
    progress.end();
  }
  return files;
}

async function hashed(
  path: string,
  terminal: Terminal,
  show: (text: string) => void,
): Promise<GivenFile> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of inputBytes(path, terminal)) {
    hash.update(chunk);
    size += chunk.length;
    show(`hashing ${path}: ${Math.floor(size / MEBIBYTE)} MiB`);
  }
  return { name: path, sha256: hexDigest(hash.digest('hex')), size };
}

const MEBIBYTE = 1024 * 1024;
