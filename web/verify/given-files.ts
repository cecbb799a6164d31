/** Files that are compared with what evidence shows of files: hashed once, piece by piece, whatever their size. */
import { createHash } from 'node:crypto';
import { hexDigest } from '../../src/base/hex-digest.js';
import type { GivenFile } from '../../src/evidence/compared-file.js';

/** What a stream of a file gives; nothing at its end. */
interface Piece {
  readonly value?: Uint8Array;
}

const known = new WeakMap<File, GivenFile>();

/** @throws what the browser says of a file that it cannot read. */
export async function givenFile(file: File): Promise<GivenFile> {
  const before = known.get(file);
  if (before !== undefined) return before;
  const hash = createHash('sha256');
  const reader = file.stream().getReader();
  for (;;) {
    const read = (await reader.read()) as Piece;
    if (read.value === undefined) break;
    hash.update(read.value);
  }
  const given = { name: file.name, sha256: hexDigest(hash.digest('hex')), size: file.size };
  known.set(file, given);
  return given;
}
