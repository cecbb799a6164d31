/** Conditional requests (RFC 9110 §13): what of a file must be so, and what the client has already. */
import type { Request } from 'express';
import type { UnixMillis } from '../../base/brand.js';
import type { Condition } from '../drive-port.js';
import { FilesError } from '../files-error.js';
import { parseHttpDate } from './http-date.js';

/** What is compared; null where there is no file, or a delete marker. */
export interface Representation {
  /** Without quotes. */
  readonly etag: string;
  readonly recordedAt: UnixMillis;
}

/** `304`: the client has it. @throws FilesError FILE_CHANGED. */
export function readOutcome(request: Request, found: Representation): 'send' | 304 {
  checkMatch(request, found);
  const noneMatch = request.get('If-None-Match');
  if (noneMatch !== undefined) return hasTag(noneMatch, found.etag) ? 304 : 'send';
  const since = dateOf(request.get('If-Modified-Since'));
  return since !== null && seconds(found.recordedAt) <= since ? 304 : 'send';
}

/** Whether a range is meant of this content. A weak ETag never fits (§13.1.5). */
export function rangeHolds(request: Request, { etag, recordedAt }: Representation): boolean {
  const header = request.get('If-Range');
  if (header === undefined) return true;
  return header.startsWith('"') ? header === `"${etag}"` : dateOf(header) === seconds(recordedAt);
}

/** For writes: what is asked of the newest version, in the turn of its path; undefined where nothing is. */
export function writeCondition(request: Request): Condition | undefined {
  const names = ['If-Match', 'If-None-Match', 'If-Unmodified-Since'];
  if (names.every((name) => request.get(name) === undefined)) return undefined;
  return (newest) => {
    const found = newest?.kind === 'file' ? newest : null;
    checkMatch(request, found);
    const noneMatch = request.get('If-None-Match');
    if (noneMatch !== undefined && found !== null && hasTag(noneMatch, found.etag))
      throw changed('there is such a file');
  };
}

/** If-Match, or If-Unmodified-Since without it. @throws FilesError FILE_CHANGED. */
function checkMatch(request: Request, found: Representation | null): void {
  const match = request.get('If-Match');
  if (match !== undefined) {
    // Compares strongly (§13.1.1).
    const tags = listOf(match);
    if (found === null || !tags.some((tag) => tag === '*' || tag === `"${found.etag}"`))
      throw changed('the file is another one than If-Match names');
    return;
  }
  const since = dateOf(request.get('If-Unmodified-Since'));
  if (since !== null && found !== null && seconds(found.recordedAt) > since)
    throw changed('the file has been written since');
}

/** Compares weakly (§13.1.2). */
function hasTag(header: string, etag: string): boolean {
  return listOf(header).some((tag) => tag === '*' || tag.replace(/^W\//, '') === `"${etag}"`);
}

function listOf(header: string): readonly string[] {
  return header.split(',').map((tag) => tag.trim());
}

/** In seconds; null for what is no HTTP date, which is then ignored (§13.1.3). */
function dateOf(header: string | undefined): number | null {
  const millis = header === undefined ? null : parseHttpDate(header);
  return millis === null ? null : Math.floor(millis / 1000);
}

/** HTTP dates have no more. */
function seconds(millis: UnixMillis): number {
  return Math.floor(millis / 1000);
}

function changed(reason: string): FilesError {
  return new FilesError('FILE_CHANGED', `${reason}: look at it again`);
}
