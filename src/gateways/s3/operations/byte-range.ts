/** The header Range, and parts of an object by their number. */
import type { ReadRange } from '../../../files/drive-port.js';
import type { PartRun } from '../../../files/file-change.js';
import { S3Error } from '../s3-error.js';

/** Null where all is to be sent: without the header, or with one that is none of a single range of bytes. */
export function readRange(header: string | undefined, size: number): ReadRange | null {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    if (length === 0) throw unsatisfiable(size);
    return { start: size - length, end: size };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return null;
  if (start >= size) throw unsatisfiable(size);
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) };
}

/** Where a part lies. @param runs of an object that came in one piece, undefined. @throws S3Error InvalidPart. */
export function rangeOfPart(
  number: number,
  runs: readonly PartRun[] | undefined,
  size: number,
): ReadRange {
  let [start, before] = [0, 0];
  for (const [partSize, count] of runs ?? [[size, 1] as const]) {
    if (number <= before + count) {
      start += partSize * (number - before - 1);
      return { start, end: start + partSize };
    }
    before += count;
    start += partSize * count;
  }
  throw new S3Error('InvalidPart', `the object has ${before} parts: name one of them`);
}

export function partCount(runs: readonly PartRun[]): number {
  return runs.reduce((sum, [, count]) => sum + count, 0);
}

/** @throws S3Error InvalidArgument. */
export function readPartNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 10_000)
    throw new S3Error(
      'InvalidArgument',
      'Part number must be an integer between 1 and 10000, inclusive',
    );
  return number;
}

function unsatisfiable(size: number): S3Error {
  return new S3Error('InvalidRange', 'the object has no such bytes', {
    details: { ActualObjectSize: String(size) },
    headers: { 'content-range': `bytes */${size}` },
  });
}
