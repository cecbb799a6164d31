/** What differs between two states of a drive: both lists walked side by side, a page of each at a time. */
import type { DrivePort, Version } from './drive-port.js';
import { comparePaths } from './file-path.js';

export interface FileDifference {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: Version | null;
  readonly after: Version | null;
}

export interface DiffQuestion {
  /** Sizes of the ledger. */
  readonly from: number;
  readonly to: number;
  readonly prefix: string;
  /** Only what comes behind this path. */
  readonly after?: string | undefined;
  /** Of differences, at least 1. */
  readonly limit: number;
}

export interface DiffPage {
  readonly items: readonly FileDifference[];
  /** The path behind which the next page begins, or null after the last. A page may hold fewer than its limit, or none. */
  readonly next: string | null;
}

/** Paths that are looked at for one page. */
const EXAMINED = 10_000;
const PAGE = 1000;

/** @throws as `DrivePort.list`. */
export function diffDrive(
  drive: Pick<DrivePort, 'list'>,
  { from, to, prefix, after, limit }: DiffQuestion,
): DiffPage {
  const old = versionsOf(drive, { prefix, after, at: from });
  const now = versionsOf(drive, { prefix, after, at: to });
  const items: FileDifference[] = [];
  let [before, later] = [old.next().value ?? null, now.next().value ?? null];
  let last: string | null = null;
  for (let examined = 0; before !== null || later !== null; examined++) {
    if (items.length === limit || examined === EXAMINED) return { items, next: last };
    const order = orderOf(before, later);
    const [one, other]: [Version | null, Version | null] = [
      order <= 0 ? before : null,
      order >= 0 ? later : null,
    ];
    last = (one ?? other)?.path ?? null;
    if (last !== null && one?.id !== other?.id) items.push(differenceOf(last, one, other));
    if (order <= 0) before = old.next().value ?? null;
    if (order >= 0) later = now.next().value ?? null;
  }
  return { items, next: null };
}

/** Which of the two comes first: below 0 the first. */
function orderOf(one: Version | null, other: Version | null): number {
  if (one === null) return 1;
  return other === null ? -1 : comparePaths(one.path, other.path);
}

function differenceOf(path: string, before: Version | null, after: Version | null): FileDifference {
  const change = before === null ? 'added' : after === null ? 'removed' : 'changed';
  return { path, change, before, after };
}

function* versionsOf(
  drive: Pick<DrivePort, 'list'>,
  {
    prefix,
    after,
    at,
  }: { readonly prefix: string; readonly after: string | undefined; readonly at: number },
): Generator<Version, undefined> {
  let behind = after;
  for (;;) {
    const { items, isTruncated, last } = drive.list({
      ...{ prefix, at, limit: PAGE },
      ...(behind !== undefined && { after: behind }),
    });
    yield* items;
    if (!isTruncated || last === null) return;
    behind = last.path;
  }
}
