/** What the backups of a target hold together, up to one of them: the fold over their manifests. */
import type { UnixMillis } from '../base/brand.js';
import { sha256Hex } from '../base/hash.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { Mark } from '../keys/mark.js';
import type { LogHead } from '../ledger/log-head.js';
import { BackupError, damagedBackup } from './backup-error.js';
import {
  type BlockRun,
  decodeManifest,
  type FileRun,
  type Manifest,
  type NeededVault,
  type TakenBlobs,
  type WrittenPart,
} from './internal/manifest.js';
import { manifestNumber, manifestPlace, MANIFESTS, partPlace } from './internal/places.js';
import { unseal } from './internal/seal.js';
import { digestOf, names, readIfThere } from './internal/target-files.js';
import type { Target } from './target.js';

/** A run, and the file of the target that it lies in. */
export type Placed<T> = T & { readonly file: string };

export interface BackupContent {
  /** Of the last backup in it; 0 before the first. */
  readonly number: number;
  /** Digest of its manifest. */
  readonly digest: HexDigest | null;
  readonly startedAt: UnixMillis | null;
  readonly completedAt: UnixMillis | null;
  /** Bytes of the parts that it added. */
  readonly addedBytes: number;
  readonly isAtRest: boolean;
  readonly mark: Mark | null;
  readonly accessChanges: number;
  readonly vaults: readonly NeededVault[];
  /** By place in the target. */
  readonly parts: ReadonlyMap<string, WrittenPart>;
  /** By handle of the log. */
  readonly heads: ReadonlyMap<string, LogHead>;
  /** By handle of the log, in the order of the blocks. */
  readonly blocks: ReadonlyMap<string, readonly Placed<BlockRun>[]>;
  /** Hypercores of content, by id, the oldest first. */
  readonly content: ReadonlyMap<string, TakenBlobs>;
  /** By that id, in the order of the blocks. */
  readonly chunks: ReadonlyMap<string, readonly Placed<BlockRun>[]>;
  /** By path in the data directory. */
  readonly files: ReadonlyMap<string, Placed<FileRun>>;
}

/**
 * Checks the manifests, not the parts.
 *
 * @param upTo number of a backup; the newest unless given.
 * @throws BackupError BACKUP_DAMAGED naming the file; BACKUP_MISSING if there is no such backup.
 */
export async function readContent(target: Target, upTo?: number): Promise<BackupContent> {
  const last = upTo ?? (await newest(target));
  let content = new Folded();
  for (let number = 1; number <= last; number++) {
    const place = manifestPlace(number);
    const bytes = await readIfThere(target.directory, place);
    if (bytes === null)
      throw number === last && upTo !== undefined
        ? new BackupError('BACKUP_MISSING', `there is no complete backup ${number}`)
        : damagedBackup(place, 'is missing');
    const manifest = decodeManifest(place, unseal(target, place, bytes));
    if (manifest.number !== number || manifest.previous !== content.digest)
      throw damagedBackup(place, 'does not follow the one before it');
    content = content.with(manifest, sha256Hex(bytes));
  }
  return content;
}

/** One line for each part that is not what was written: nothing of a backup is taken on trust. */
export async function* partProblems(
  { directory }: Target,
  { parts }: Pick<BackupContent, 'parts'>,
): AsyncGenerator<{ readonly file: string; readonly problem: string }> {
  for (const [file, part] of parts) {
    try {
      const { length, sha256 } = await digestOf(directory, file);
      if (length !== part.length)
        yield { file, problem: `has ${length} bytes and was written with ${part.length}` };
      else if (sha256 !== part.sha256) yield { file, problem: 'is not what was written' };
    } catch (cause) {
      if (!(cause instanceof BackupError) || cause.code !== 'BACKUP_DAMAGED') throw cause;
      yield { file, problem: 'is missing' };
    }
  }
}

async function newest({ directory }: Target): Promise<number> {
  const numbers = (await names(directory, MANIFESTS)).map((name) => manifestNumber(name) ?? 0);
  return Math.max(0, ...numbers);
}

class Folded implements BackupContent {
  number = 0;
  digest: HexDigest | null = null;
  startedAt: UnixMillis | null = null;
  completedAt: UnixMillis | null = null;
  addedBytes = 0;
  isAtRest = false;
  mark: Mark | null = null;
  accessChanges = 0;
  vaults: readonly NeededVault[] = [];
  readonly parts = new Map<string, WrittenPart>();
  readonly heads = new Map<string, LogHead>();
  readonly blocks = new Map<string, Placed<BlockRun>[]>();
  readonly content = new Map<string, TakenBlobs>();
  readonly chunks = new Map<string, Placed<BlockRun>[]>();
  readonly files = new Map<string, Placed<FileRun>>();

  /** @throws BackupError BACKUP_DAMAGED if it cannot follow. */
  with(manifest: Manifest, digest: HexDigest): this {
    const { number, parts, logs, blocks, content, chunks, files, removed } = manifest;
    this.digest = digest;
    this.number = number;
    this.startedAt = manifest.startedAt;
    this.completedAt = manifest.completedAt;
    this.addedBytes = parts.reduce((sum, { length }) => sum + length, 0);
    this.isAtRest = manifest.isAtRest;
    this.mark = manifest.mark;
    this.accessChanges = manifest.accessChanges;
    this.vaults = manifest.vaults;
    parts.forEach((part, at) => this.parts.set(partPlace(number, at + 1), part));
    for (const run of blocks) this.#add(this.blocks, { ...run, file: partPlace(number, run.part) });
    for (const run of chunks) this.#add(this.chunks, { ...run, file: partPlace(number, run.part) });
    for (const taken of content) this.content.set(taken.id, taken);
    for (const { handle, ...head } of logs) this.heads.set(handle, head);
    for (const path of removed) this.files.delete(path);
    for (const run of files)
      this.files.set(run.path, { ...run, file: partPlace(number, run.part) });
    for (const [handle, { length }] of this.heads)
      if (endOf(this.blocks.get(handle)) !== length)
        throw damagedBackup(manifestPlace(number), 'leaves out blocks of a log');
    for (const { id, length } of this.content.values())
      if (endOf(this.chunks.get(id)) !== length)
        throw damagedBackup(manifestPlace(number), 'leaves out content of files');
    return this;
  }

  #add(runs: Map<string, Placed<BlockRun>[]>, run: Placed<BlockRun>): void {
    const before = runs.get(run.log) ?? [];
    if (run.from !== endOf(before))
      throw damagedBackup(manifestPlace(this.number), 'leaves out blocks of a log');
    // Not a new array each time: there are as many runs as there were backups.
    before.push(run);
    runs.set(run.log, before);
  }
}

function endOf(runs: readonly BlockRun[] | undefined): number {
  const last = runs?.at(-1);
  return last === undefined ? 0 : last.from + last.count;
}
