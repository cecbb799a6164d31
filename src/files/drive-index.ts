/**
 * What is in a drive, in memory: all paths in the order of their bytes with all their versions. It is made of the entries of
 * the ledger, opened, and never written: names of files lie nowhere but in sealed parts.
 */
import sorted from 'sorted-btree';
import type { UnixMillis } from '../base/brand.js';
import type { Listing, ListQuestion, Version, VersionsQuestion } from './drive-port.js';
import type { DriveSettings } from './drive-settings.js';
import type { FileChange } from './file-change.js';
import { comparePaths, type FilePath } from './file-path.js';
import { type ChangePlace, type ChangeScope, PathRows } from './path-rows.js';

export class DriveIndex {
  readonly #paths = new sorted.default<string, PathRows>(undefined, comparePaths);
  readonly #settings: { readonly order: number; readonly settings: DriveSettings }[] = [];
  /** By subject: paths of which some version was locked or held once. */
  readonly #lockable = new Map<string, Set<PathRows>>();
  #files = 0;
  #weight = 0;
  #bytes = 0;

  apply(change: FileChange, place: ChangePlace): void {
    let rows = this.#paths.get(change.path);
    if (rows === undefined) this.#paths.set(change.path, (rows = new PathRows(change.path)));
    this.#count(rows.newestAt(Infinity), -1);
    rows.apply(change, place);
    this.#weight++;
    this.#count(rows.newestAt(Infinity), 1);
    this.#noteLock(change, place, rows);
  }

  applySettings(settings: DriveSettings, order: number): void {
    this.#settings.push({ order, settings });
  }

  /** The newest below a size; null if there were none. */
  settingsAt(size: number): DriveSettings | null {
    return this.#settings.findLast(({ order }) => order < size)?.settings ?? null;
  }

  rowsOf(path: FilePath): PathRows | undefined {
    return this.#paths.get(path);
  }

  /** What of a subject's files nobody may take out, by what their entries lie under. */
  locksOf(
    subject: string,
    now: UnixMillis,
  ): readonly (ChangeScope & { readonly until: UnixMillis | null })[] {
    const locks = new Map<string, ChangeScope & { readonly until: UnixMillis | null }>();
    for (const rows of this.#lockable.get(subject) ?? [])
      for (const { until, scopes } of rows.locked(subject, now))
        for (const scope of scopes) {
          const key = `${scope.month} ${scope.class}`;
          const before = locks.get(key);
          locks.set(key, {
            ...scope,
            until: before === undefined ? until : later(before.until, until),
          });
        }
    return [...locks.values()];
  }

  /** Of newest versions. */
  usage(): { readonly files: number; readonly bytes: number } {
    return { files: this.#files, bytes: this.#bytes };
  }

  /** Changes in memory: some 1.4 KB each where every path has one version (measured with Node 20, paths of 25 characters). */
  get weight(): number {
    return this.#weight;
  }

  /** Whether a version is there, delete markers counted. */
  hasAny(): boolean {
    for (const [, rows] of this.#paths.entries()) if (rows.newestAt(Infinity) !== null) return true;
    return false;
  }

  list(question: ListQuestion): Listing {
    const { at = Infinity } = question;
    return this.#walk(question, (rows) => {
      const newest = rows.newestAt(at);
      return newest?.kind === 'file' ? [newest] : [];
    });
  }

  listVersions(question: VersionsQuestion): Listing {
    const { at = Infinity } = question;
    return this.#walk(question, (rows) => rows.at(at));
  }

  /** @param versionsOf what is told of a path. */
  #walk(
    { prefix = '', delimiter = '', after, afterVersion, limit }: VersionsQuestion,
    versionsOf: (rows: PathRows) => readonly Version[],
  ): Listing {
    const items: Version[] = [];
    const prefixes: string[] = [];
    let last: Listing['last'] = null;
    const isFull = (): boolean => items.length + prefixes.length >= limit;
    const truncated = (): Listing => ({ items, prefixes, isTruncated: true, last });
    let from: string | null =
      after !== undefined && comparePaths(after, prefix) > 0 ? after : prefix;
    while (from !== null) {
      const start: string = from;
      from = null;
      for (const [path, rows] of this.#paths.entries(start)) {
        if (!path.startsWith(prefix)) return { items, prefixes, isTruncated: false, last };
        const cut = delimiter === '' ? -1 : path.indexOf(delimiter, prefix.length);
        const versions = versionsOf(rows);
        if (cut >= 0 && versions.length > 0) {
          const common = path.slice(0, cut + delimiter.length);
          if (after === undefined || comparePaths(common, after) > 0) {
            if (isFull()) return truncated();
            prefixes.push(common);
            last = { path: common, version: null };
          }
          from = behindAll(common);
          if (from !== null) break;
          continue;
        }
        for (const version of behind(path, versions, after, afterVersion)) {
          if (isFull()) return truncated();
          items.push(version);
          last = { path, version: version.id };
        }
      }
    }
    return { items, prefixes, isTruncated: false, last };
  }

  #noteLock(change: FileChange, { subject }: ChangePlace, rows: PathRows): void {
    if (change.action !== 'put' && change.action !== 'change') return;
    if ((change.lock ?? null) === null && change.hold !== true) return;
    const lockable = this.#lockable.get(subject) ?? new Set();
    this.#lockable.set(subject, lockable.add(rows));
  }

  #count(newest: Version | null, sign: 1 | -1): void {
    if (newest?.kind !== 'file') return;
    this.#files += sign;
    this.#bytes += sign * newest.size;
  }
}

/** Null is without end. */
function later(one: UnixMillis | null, other: UnixMillis | null): UnixMillis | null {
  if (one === null || other === null) return null;
  return one > other ? one : other;
}

/** Those of a path that come behind what was told before. */
function behind(
  path: string,
  versions: readonly Version[],
  after: string | undefined,
  afterVersion: string | undefined,
): readonly Version[] {
  if (after === undefined) return versions;
  const order = comparePaths(path, after);
  if (order > 0) return versions;
  if (order < 0 || afterVersion === undefined) return [];
  const told = versions.findIndex(
    ({ id, isNull }) => id === afterVersion || (isNull && afterVersion === 'null'),
  );
  return versions.slice(told + 1);
}

/** The least path behind all that begin so; null where none can be told. */
function behindAll(prefix: string): string | null {
  const isPair = /[\ud800-\udbff][\udc00-\udfff]$/.test(prefix);
  const cut = prefix.length - (isPair ? 2 : 1);
  const last = prefix.codePointAt(cut);
  if (last === undefined || last === 0x10ffff) return null;
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return prefix.slice(0, cut) + String.fromCodePoint(next);
}
