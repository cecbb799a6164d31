/** Paths in a drive, parsed once at the border (docs/formats/files.md). */
import type { Brand } from '../base/brand.js';
import { sha256Hex } from '../base/hash.js';
import { FilesError } from './files-error.js';

/** 1–1,024 bytes of UTF-8 without NUL and without a segment `.` or `..`. */
export type FilePath = Brand<string, 'FilePath'>;

export const MAX_PATH_BYTES = 1024;

/** @throws FilesError FILE_PATH_REFUSED. */
export function parseFilePath(text: string): FilePath {
  if (text === '') throw refused('is empty');
  if (!text.isWellFormed()) throw refused('is not Unicode');
  if (Buffer.byteLength(text) > MAX_PATH_BYTES)
    throw refused(`is longer than ${MAX_PATH_BYTES} bytes of UTF-8`);
  if (text.includes('\0')) throw refused('has a NUL');
  // Whoever copies a drive to a disk would write elsewhere.
  if (text.split('/').some((segment) => segment === '.' || segment === '..'))
    throw refused('has a segment . or ..');
  return text as FilePath;
}

/** The key of the records about it: any path fits, and none is told. */
export function keyOfPath(path: FilePath): string {
  return sha256Hex(path);
}

/** As S3 lists: in the order of their bytes in UTF-8, which is that of their code points. */
export function comparePaths(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one !== other) return rank(one) - rank(other);
  }
  return a.length - b.length;
}

/** UTF-16 puts surrogates, which stand for what is beyond U+FFFF, before U+E000. */
function rank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

function refused(reason: string): FilesError {
  return new FilesError('FILE_PATH_REFUSED', `the path ${reason}`);
}
