/** A data directory out of a backup: its small files, its vaults, and its logs, made again from their blocks. */
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ByteReader } from '../base/byte-codec.js';
import { BaseError } from '../base/errors.js';
import { sha256Hex } from '../base/hash.js';
import type { RandomSource } from '../base/random.js';
import { type DurableFileSystem, makeDirectoryDurably } from '../keys/durable-file.js';
import type { KeyStore } from '../keys/key-store.js';
import type { VaultState } from '../keys/vault.js';
import { type RebuiltStore, rebuildStore } from '../ledger/rebuild-store.js';
import { type BackupContent, partProblems, type Placed } from './backup-content.js';
import { BackupError, damagedBackup } from './backup-error.js';
import type { BlockRun, NeededVault, Run, TakenBlobs } from './internal/manifest.js';
import { unseal } from './internal/seal.js';
import { atTarget } from './internal/target-files.js';
import type { Target } from './target.js';
import { assembleVault, generationsAt, readStatement, type VaultStatement } from './vault-copy.js';

export interface UnpackOptions {
  readonly target: Target;
  readonly content: BackupContent;
  /** Other targets of the node, which may hold newer vaults. */
  readonly others: readonly Target[];
  /** An empty directory. */
  readonly into: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly files: DurableFileSystem;
  /** Puts content of files into that directory, oldest first, and has it on disk when it returns. */
  readonly putContent: (content: readonly CopiedContent[]) => Promise<void>;
  /** Called with what is read or made now. */
  readonly progress: (what: string) => void;
}

export interface CopiedContent extends TakenBlobs {
  /** Asked for in their order. Of no bytes where the backup has none. */
  readonly block: (number: number) => Promise<Uint8Array>;
}

export interface Unpacked extends RebuiltStore {
  /** Tenants whose vault is of a later generation than that of the backup: of them, what was erased since is gone. */
  readonly rotatedSince: readonly RotatedVault[];
}

export interface RotatedVault {
  /** Handle. */
  readonly tenant: string;
  /** Of the backup, and of what was put in. */
  readonly generations: { readonly before: number; readonly after: number };
}

/**
 * Everything is checked before anything is written.
 *
 * @throws BackupError BACKUP_DAMAGED naming each file, BACKUP_MISSING, BACKUP_VAULT_LACKING naming the generation;
 * LedgerError LEDGER_DAMAGED if it does not open; KeysError KEYS_MISSING, KEYS_VAULT_DAMAGED.
 */
export async function unpackBackup(options: UnpackOptions): Promise<Unpacked> {
  const { content, files, into, keyStore, random, target, progress } = options;
  if (content.number === 0)
    throw new BackupError('BACKUP_MISSING', 'there is no complete backup in it');
  const vaults = await Promise.all(content.vaults.map((needed) => findVault(options, needed)));
  await checkParts(options);
  progress('small files and vaults');
  await writeSmallFiles(options);
  await makeDirectoryDurably(join(into, 'vault'), files);
  const states = new Map<string, VaultState>();
  for (const found of vaults)
    states.set(found.statement.tenant, await writeVault(found, into, files));
  const { isKeyGone } = await rebuildStore({
    ...{ dataDirectory: into, keyStore, random, durableFiles: files },
    vaults: states,
    log: (handle) => {
      const head = content.heads.get(handle);
      const runs = new BlockRuns(target, content.blocks.get(handle) ?? []);
      return head && { head, block: (number) => runs.block(number) };
    },
    progress,
  });
  progress('content of files');
  await options.putContent(
    [...content.content.values()].map((taken) => {
      const runs = new BlockRuns(target, content.chunks.get(taken.id) ?? []);
      return { ...taken, block: (number) => runs.block(number) };
    }),
  );
  const rotatedSince = content.vaults
    .map(({ tenant, generation: before }) => ({
      ...{ tenant, generations: { before, after: states.get(tenant)?.generation ?? before } },
    }))
    .filter(({ generations: { before, after } }) => after > before);
  return { rotatedSince, isKeyGone };
}

interface FoundVault {
  readonly target: Target;
  readonly statement: VaultStatement;
}

/** Of the oldest generation that there is a key of: one that is about to be destroyed goes on being so. */
async function findVault(
  { target, others, keyStore }: UnpackOptions,
  { tenant, generation: least, length }: NeededVault,
): Promise<FoundVault> {
  const generation = (await keyStore.vaultGenerations(tenant))[0];
  if (generation === undefined)
    throw new BackupError(
      'BACKUP_VAULT_LACKING',
      `the key store has no vault key of tenant ${tenant}: restore the newest copy of the keys`,
    );
  const had = new Set<number>();
  for (const one of [target, ...others]) {
    for (const there of await generationsAt(one, tenant)) had.add(there);
    const statement = await readStatement(one, tenant, generation);
    if (statement === null || generation < least) continue;
    if (generation > least || statement.length >= length) return { target: one, statement };
  }
  const found = had.size === 0 ? 'none' : `only ${[...had].join(', ')}`;
  throw new BackupError(
    'BACKUP_VAULT_LACKING',
    generation < least
      ? `the vault of tenant ${tenant} lacks the key of generation ${least}: the key store has ${generation}; restore a newer copy of the keys`
      : `the vault of tenant ${tenant} is lacking in generation ${generation}, of which the key store has the key; there is ${found}: give another backup that has it`,
  );
}

/** All of them, not only the first: whoever looks for another copy wants to know what is wrong with this one. */
async function checkParts({ content, target, progress }: UnpackOptions): Promise<void> {
  progress('parts of the backup');
  const problems: string[] = [];
  for await (const { file, problem } of partProblems(target, content))
    problems.push(`${file} ${problem}`);
  if (problems.length === 0) return;
  const shown = problems.slice(0, 10).join('; ');
  const more = problems.length > 10 ? `; and ${problems.length - 10} more` : '';
  throw new BackupError(
    'BACKUP_DAMAGED',
    `of the backup ${shown}${more}: restore an earlier one, or from another target`,
  );
}

async function writeSmallFiles({ content, files, into, target }: UnpackOptions): Promise<void> {
  const directories = new Set<string>([into]);
  for (const run of content.files.values()) {
    const place = `${run.file}#${run.offset}`;
    const bytes = unseal(target, place, await readRun(target, run));
    if (sha256Hex(bytes) !== run.sha256) throw damagedBackup(run.file, 'holds another file');
    const path = join(into, run.path);
    const above = run.path.split('/').slice(0, -1);
    for (const [depth] of above.entries()) {
      const directory = join(into, ...above.slice(0, depth + 1));
      if (!directories.has(directory)) await makeDirectoryDurably(directory, files);
      directories.add(directory);
    }
    await files.write(path, bytes, 0o600);
    await files.sync(path);
  }
  for (const directory of directories) await files.syncDirectory(directory);
}

async function writeVault(
  { target, statement }: FoundVault,
  into: string,
  files: DurableFileSystem,
): Promise<VaultState> {
  const { tenant, generation } = statement;
  const path = join(into, 'vault', tenant, `${String(generation).padStart(8, '0')}.rows`);
  await makeDirectoryDurably(dirname(path), files);
  await files.write(path, new Uint8Array(0), 0o600);
  const state = await assembleVault(target, statement, (bytes) => files.append(path, bytes));
  await files.sync(path);
  await files.syncDirectory(dirname(path));
  return state;
}

interface OpenRun {
  readonly run: BlockRun;
  readonly blocks: Promise<readonly Uint8Array[]>;
}

/** The blocks of a log, asked for in their order: of one run at a time. */
class BlockRuns {
  readonly #target: Target;
  readonly #runs: readonly Placed<BlockRun>[];
  #at = 0;
  #open: OpenRun | null = null;

  constructor(target: Target, runs: readonly Placed<BlockRun>[]) {
    this.#target = target;
    this.#runs = runs;
  }

  async block(number: number): Promise<Uint8Array> {
    // Not awaited before the run is chosen: many blocks are asked for at once.
    const { run, blocks } = this.#runOf(number);
    const block = (await blocks)[number - run.from];
    if (block === undefined) throw new Error('a run of blocks has fewer than it says');
    return block;
  }

  #runOf(number: number): OpenRun {
    while (this.#at < this.#runs.length - 1 && number >= (this.#runs[this.#at + 1]?.from ?? 0))
      this.#at++;
    const run = this.#runs[this.#at];
    if (run === undefined) throw new Error('a block that is in no run');
    if (this.#open?.run !== run) {
      const blocks = readRun(this.#target, run).then((bytes) => decodeBlocks(run, bytes));
      this.#open = { run, blocks };
    }
    return this.#open;
  }
}

function decodeBlocks(run: Placed<BlockRun>, bytes: Uint8Array): readonly Uint8Array[] {
  try {
    const reader = new ByteReader(bytes);
    const blocks = Array.from({ length: run.count }, () => reader.bytes(reader.u32()));
    reader.end();
    return blocks;
  } catch (cause) {
    if (cause instanceof BaseError) throw damagedBackup(run.file, 'has other blocks than it says');
    throw cause;
  }
}

async function readRun(
  { directory }: Target,
  { file, offset, length }: Placed<Run>,
): Promise<Uint8Array> {
  return atTarget(async () => {
    const handle = await open(join(directory, file), 'r');
    try {
      const { buffer, bytesRead } = await handle.read(
        Buffer.allocUnsafe(length),
        0,
        length,
        offset,
      );
      if (bytesRead !== length) throw damagedBackup(file, 'is shorter than it was');
      return buffer;
    } finally {
      await handle.close();
    }
  });
}
