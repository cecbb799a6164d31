/** Versions of one path, as they came; what they look like as of a size. */
import type { UnixMillis } from '../base/brand.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { LogReader } from '../ledger/log-reader.js';
import type { Version } from './drive-port.js';
import type { FileChange, FileSayings } from './file-change.js';
import type { FilePath } from './file-path.js';
import { isLocked } from './lock-rules.js';

/** Where an entry of a drive is, and who wrote it. */
export interface ChangePlace {
  readonly reader: LogReader;
  readonly index: number;
  /** Of all logs that the ledger has had: the index in the one that is written, below 0 in those before it. */
  readonly order: number;
  readonly id: HexDigest;
  readonly recordedAt: UnixMillis;
  readonly author: string;
  readonly subject: string;
  /** What its payload lies under; null where that is being forgotten. */
  readonly scope: ChangeScope | null;
}

/** Retention class, and month of recording. */
export interface ChangeScope {
  readonly class: string;
  readonly month: string;
}

interface Said {
  readonly order: number;
  readonly scope: ChangeScope | null;
  readonly sayings: FileSayings;
}

interface Row extends ChangePlace {
  readonly kind: Version['kind'];
  readonly isNull: boolean;
  readonly size: number;
  readonly etag: string;
  readonly mediaType: string;
  readonly checksums: Version['checksums'];
  /** Oldest first: when it was put, and what was said of it since. */
  readonly said: Said[];
  /** Order of the entry that took it out, or took its place. */
  removedAt: number;
}

export class PathRows {
  readonly #path: FilePath;
  /** Oldest first. */
  readonly #rows: Row[] = [];

  constructor(path: FilePath) {
    this.#path = path;
  }

  apply(change: FileChange, place: ChangePlace): void {
    switch (change.action) {
      case 'put':
        this.#add(change.isNull, {
          ...place,
          kind: 'file',
          isNull: change.isNull,
          size: change.size,
          etag: change.etag,
          mediaType: change.mediaType,
          checksums: change.checksums ?? null,
          said: saidIn(place, change),
          removedAt: Infinity,
        });
        return;
      case 'delete':
        this.#add(change.isNull, {
          ...place,
          kind: 'delete-marker',
          isNull: change.isNull,
          ...{ size: 0, etag: '', mediaType: '', checksums: null, said: [], removedAt: Infinity },
        });
        return;
      case 'change':
        this.#named(change.version)?.said.push(...saidIn(place, change));
        return;
      case 'remove': {
        const row = this.#named(change.version);
        if (row !== undefined) row.removedAt = Math.min(row.removedAt, place.order);
      }
    }
  }

  /** Newest first, of those that were there at a size. */
  at(size: number): Version[] {
    const there = this.#rows.filter((row) => row.order < size && row.removedAt >= size);
    return there.toReversed().map((row, n) => versionOf(this.#path, row, size, n === 0));
  }

  /** As `at`, the first. */
  newestAt(size: number): Version | null {
    const row = this.#rows.findLast(({ order, removedAt }) => order < size && removedAt >= size);
    return row === undefined ? null : versionOf(this.#path, row, size, true);
  }

  /** Versions of a subject that nobody may take out, each with all entries that it takes to know that. */
  locked(
    subject: string,
    now: UnixMillis,
  ): { readonly until: UnixMillis | null; readonly scopes: readonly ChangeScope[] }[] {
    return this.#rows
      .filter((row) => row.subject === subject && row.removedAt === Infinity)
      .flatMap((row) => {
        const version = versionOf(this.#path, row, Infinity, false);
        if (!isLocked(version, now)) return [];
        const scopes = [row.scope, ...row.said.map(({ scope }) => scope)];
        const until = version.hold ? null : (version.lock?.until ?? null);
        return [{ until, scopes: scopes.filter((scope) => scope !== null) }];
      });
  }

  /** Where the entry is that made a version, whether it is there still or not. */
  placeOf(id: string): ChangePlace | undefined {
    return this.#named(id);
  }

  #named(id: string): Row | undefined {
    return this.#rows.find((row) => row.id === id);
  }

  #add(isNull: boolean, row: Row): void {
    if (isNull)
      for (const before of this.#rows)
        if (before.isNull) before.removedAt = Math.min(before.removedAt, row.order);
    this.#rows.push(row);
  }
}

/** Of most nothing is said, and there are many of them. */
function saidIn({ order, scope }: ChangePlace, change: FileSayings): Said[] {
  const sayings = sayingsOf(change);
  return Object.keys(sayings).length === 0 ? [] : [{ order, scope, sayings }];
}

function sayingsOf({ lock, hold, tags, acl }: FileSayings): FileSayings {
  return {
    ...(lock !== undefined && { lock }),
    ...(hold !== undefined && { hold }),
    ...(tags !== undefined && { tags }),
    ...(acl !== undefined && { acl }),
  };
}

function versionOf(path: FilePath, row: Row, size: number, isLatest: boolean): Version {
  const said: FileSayings = Object.assign(
    {},
    ...row.said.filter(({ order }) => order < size).map(({ sayings }) => sayings),
  ) as FileSayings;
  const { id, index, recordedAt, kind, isNull, etag, mediaType, checksums, author, subject } = row;
  return {
    ...{ path, id, index, recordedAt, kind, isNull, isLatest, size: row.size, etag, mediaType },
    ...{ checksums, author, subject },
    lock: said.lock ?? null,
    hold: said.hold ?? false,
    tags: said.tags ?? {},
    acl: said.acl ?? null,
  };
}
