/**
 * Makes one backup: what has come since the last one at the target (docs/formats/backup.md). Each step
 * says what a crash there leaves; the manifest comes last, and without it there is no backup.
 */
import type { UnixMillis } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { sha256Hex } from '../base/hash.js';
import type { Clock } from '../base/time.js';
import { durableFileSystem } from '../keys/durable-file.js';
import type { BackupSource, TakenHeads, TakenLog } from '../ledger/backup-source.js';
import type { TakenContent } from '../ledger/blob-cores.js';
import { type BackupContent, readContent } from './backup-content.js';
import { BackupError } from './backup-error.js';
import { type BlockRun, encodeManifest, type FileRun } from './internal/manifest.js';
import { PartWriter } from './internal/part-writer.js';
import { backupOfPart, manifestPlace, MANIFESTS, PARTS } from './internal/places.js';
import { seal } from './internal/seal.js';
import { readSmallFiles } from './internal/small-files.js';
import { names, putFile, removeFile } from './internal/target-files.js';
import type { Target, TargetWriting } from './target.js';
import { copyVault } from './vault-copy.js';

export interface BackupParts extends TargetWriting {
  readonly dataDirectory: string;
  readonly source: BackupSource;
  /** Hypercores with the content of files, the oldest first. */
  readonly content: () => Promise<readonly TakenContent[]>;
  readonly clock: Clock;
  /** No node has the data directory open. */
  readonly isAtRest: boolean;
  /** Called now and then with how many entries are in. @throws whatever is to end it. */
  readonly progress: (entries: number) => void;
}

export interface BackupResult {
  readonly number: number;
  readonly startedAt: UnixMillis;
  readonly completedAt: UnixMillis;
  /** Bytes that this backup added, vaults included. */
  readonly bytes: number;
  /** That it holds with those before it. */
  readonly entries: number;
  readonly logs: number;
}

/**
 * @throws BackupError BACKUP_TARGET_UNUSABLE, BACKUP_TARGET_OTHER, BACKUP_DAMAGED, BACKUP_RUNNING;
 * LedgerError LEDGER_DAMAGED, LEDGER_CLOSED, LEDGER_FAILED.
 */
export async function makeBackup(target: Target, parts: BackupParts): Promise<BackupResult> {
  const { clock, dataDirectory, files = durableFileSystem, keyStore, random, source } = parts;
  const before = await readContent(target);
  const number = before.number + 1;
  const startedAt = clock.now();
  // A crash here leaves fewer of what an earlier crash left.
  await removeUnfinished(target, number, files);
  // In this order, so that what speaks of the logs is never ahead of them.
  const mark = await keyStore.mark();
  const accessChanges = await keyStore.accessChanges();
  const small = await readSmallFiles(dataDirectory);
  const heads = await source.heads();
  for (const log of heads.logs) await checkGrown(log, before);
  // A chunk is on disk before the entry that refers to it: behind the heads there is all that they need.
  const taken = await parts.content();
  for (const one of taken) checkContentGrown(one, before);
  // A crash during this leaves parts that no manifest names, and the next backup removes them.
  const writer = new PartWriter(target, number, files, random);
  const blocks = await writeBlocks(writer, heads.logs, before, parts.progress);
  const chunks = await writeContent(writer, taken, before, parts.progress, entriesOf(heads));
  const content = new Map([...small, ...heads.catalog]);
  const written = await writeFiles(writer, content, before);
  const made = await writer.finish();
  // A crash during this leaves vaults that are newer than the last backup, which does no harm.
  const vaultBytes = await writeVaults(target, heads, parts);
  const completedAt = clock.now();
  const manifest = encodeManifest({
    number,
    previous: before.digest,
    ...{ startedAt, completedAt, isAtRest: parts.isAtRest, mark, accessChanges },
    parts: made,
    logs: heads.logs
      .filter((log) => hasMoved(log, before))
      .map(({ handle, head }) => ({ handle, ...head })),
    blocks,
    content: taken
      .filter((one) => hasGrown(one, before))
      .map(({ id, tenant, ledger, length }) => ({ id, tenant, ledger, length })),
    chunks,
    files: written,
    removed: [...before.files.keys()].filter((path) => !content.has(path)),
    vaults: [...heads.vaults].map(([tenant, { generation, length }]) => ({
      ...{ tenant, generation, length },
    })),
  });
  const place = manifestPlace(number);
  const sealed = seal(target, place, manifest, random);
  // A crash before it is renamed into place leaves no backup of this number, one after it the whole.
  await putFile(target.directory, place, sealed, files);
  const bytes = made.reduce((sum, { length }) => sum + length, sealed.length + vaultBytes);
  const entries = entriesOf(heads);
  return { number, startedAt, completedAt, bytes, entries, logs: heads.logs.length };
}

async function removeUnfinished(
  { directory }: Target,
  number: number,
  files: NonNullable<TargetWriting['files']>,
): Promise<void> {
  for (const name of await names(directory, PARTS))
    if ((backupOfPart(name) ?? 0) >= number) await removeFile(directory, `${PARTS}/${name}`, files);
  for (const name of await names(directory, MANIFESTS))
    if (name.endsWith('.tmp')) await removeFile(directory, `${MANIFESTS}/${name}`, files);
}

/** A target that knows more of a log, or something else, is of a later or of another history. */
async function checkGrown(log: TakenLog, before: BackupContent): Promise<void> {
  const known = before.heads.get(log.handle);
  if (known === undefined) return;
  const isGrown =
    known.length <= log.head.length && equalBytes(await log.treeHash(known.length), known.treeHash);
  if (!isGrown)
    throw new BackupError(
      'BACKUP_TARGET_OTHER',
      'the target holds more of a log than the data directory, or another: keep it, and give an empty one',
    );
}

function hasMoved({ handle, head }: TakenLog, before: BackupContent): boolean {
  return before.heads.get(handle)?.length !== head.length;
}

async function writeBlocks(
  writer: PartWriter,
  logs: readonly TakenLog[],
  before: BackupContent,
  progress: BackupParts['progress'],
): Promise<BlockRun[]> {
  const blocks: BlockRun[] = [];
  let entries = 0;
  for (const { handle, head, block } of logs) {
    const from = before.heads.get(handle)?.length ?? 0;
    const read = (number: number): Promise<Uint8Array> => {
      progress(entries);
      return block(number);
    };
    for await (const run of writer.blocks(from, head.length, read))
      blocks.push({ log: handle, ...run });
    entries += head.size;
  }
  return blocks;
}

/** Of one that is not there no byte: whoever lacks it knows that from its entry. */
async function writeContent(
  writer: PartWriter,
  content: readonly TakenContent[],
  before: BackupContent,
  progress: BackupParts['progress'],
  entries: number,
): Promise<BlockRun[]> {
  const chunks: BlockRun[] = [];
  for (const { id, length, block } of content) {
    const read = async (number: number): Promise<Uint8Array> => {
      progress(entries);
      return (await block(number)) ?? new Uint8Array(0);
    };
    for await (const run of writer.blocks(before.content.get(id)?.length ?? 0, length, read))
      chunks.push({ log: id, ...run });
  }
  return chunks;
}

function entriesOf({ logs }: TakenHeads): number {
  return logs.reduce((sum, { head }) => sum + head.size, 0);
}

function hasGrown({ id, length }: TakenContent, before: BackupContent): boolean {
  return before.content.get(id)?.length !== length;
}

/** Of Hypercores that are never cut short, and have names of their own. */
function checkContentGrown({ id, length }: TakenContent, before: BackupContent): void {
  if ((before.content.get(id)?.length ?? 0) > length)
    throw new BackupError(
      'BACKUP_TARGET_OTHER',
      'the target holds more content of files than the data directory: keep it, and give an empty one',
    );
}

async function writeFiles(
  writer: PartWriter,
  content: ReadonlyMap<string, Uint8Array>,
  before: BackupContent,
): Promise<FileRun[]> {
  const written: FileRun[] = [];
  for (const [path, bytes] of content) {
    const sha256 = sha256Hex(bytes);
    if (before.files.get(path)?.sha256 === sha256) continue;
    written.push({ path, sha256, ...(await writer.sealed(bytes)) });
  }
  return written;
}

async function writeVaults(
  target: Target,
  heads: TakenHeads,
  { source, files = durableFileSystem, random }: BackupParts,
): Promise<number> {
  let bytes = 0;
  for (const tenant of heads.vaults.keys())
    bytes += await source.withVault(tenant, (path, state) =>
      copyVault(target, tenant, { path, state }, { files, random }),
    );
  return bytes;
}
