/** `files verify` and the part of `fsck` that is about files: of a stopped node, on a copy of one moment. */
import type { UnixMillis } from './base/brand.js';
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { ChunkStore } from './files/chunks/chunk-store.js';
import { FilesError } from './files/files-error.js';
import { isDrive } from './files/is-drive.js';
import { type DriveFinding, type DriveSummary, verifyDrive } from './files/verify/verify-drive.js';
import type { KeyStore } from './keys/key-store.js';
import { readOnlyKeyStore } from './keys/read-only-key-store.js';
import { unobserved } from './ledger/commit-observer.js';
import { LedgerError } from './ledger/ledger-error.js';
import { LedgerStore } from './ledger/ledger-store.js';
import type { Ledger } from './ledger/ledger.js';
import { takeSnapshot } from './ledger/store-snapshot.js';
import { openChunks } from './open-chunks.js';

export interface VerifyFilesOptions {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly clock: Clock;
  /** Name. */
  readonly tenant: string;
  readonly drive: string;
  /** Called after each version. */
  readonly progress: (read: DriveSummary) => void;
}

/**
 * Re-hashes a drive against its ledger; nothing of what is stored is changed.
 * @throws LedgerError LEDGER_LOCKED, LEDGER_DAMAGED where the ledger itself cannot be opened: `fsck` says more; FilesError
 * DRIVE_UNKNOWN, FILES_DAMAGED, FILES_FORMAT_NEWER.
 */
export async function* verifyFiles(
  options: VerifyFilesOptions,
): AsyncGenerator<DriveFinding, DriveSummary> {
  const { dataDirectory, remove } = await takeSnapshot(options.dataDirectory);
  try {
    const copy = { ...options, dataDirectory, keyStore: readOnlyKeyStore(options.keyStore) };
    // Nothing is appended.
    const quiet = { observer: unobserved, onFailure: (): undefined => undefined };
    const store = await LedgerStore.open({ ...copy, ...quiet });
    try {
      const ledger = await driveIn(store, options);
      const tenants = store.tenants().map(({ handle }) => handle);
      const chunks = await openChunks({ ...copy, tenants });
      try {
        return yield* verifyOne(store, chunks, ledger, { ...options, depth: 'content' });
      } finally {
        await chunks.close();
      }
    } finally {
      await store.close();
    }
  } finally {
    await remove();
  }
}

/**
 * Whether everything is there that entries of drives refer to. No names of files: they are for `files verify`.
 * @param store of a copy that may be changed as opening changes it.
 */
export async function* filesProblems(
  options: Pick<VerifyFilesOptions, 'dataDirectory' | 'keyStore' | 'random' | 'clock'>,
  store: LedgerStore,
): AsyncGenerator<{ readonly log: string; readonly problem: string }> {
  const drives: Ledger[] = [];
  for (const ledger of store.allLedgers())
    if (await isDrive(ledger, store.vaultOf(ledger.identity.tenant))) drives.push(ledger);
  if (drives.length === 0) return;
  let chunks: ChunkStore;
  try {
    const tenants = store.tenants().map(({ handle }) => handle);
    chunks = await openChunks({ ...options, tenants });
  } catch (cause) {
    if (!(cause instanceof FilesError || cause instanceof LedgerError)) throw cause;
    yield { log: '', problem: cause.message };
    return;
  }
  try {
    for (const ledger of drives) {
      const progress = (): undefined => undefined;
      const found = verifyOne(store, chunks, ledger, { ...options, depth: 'presence', progress });
      for await (const { log, entry, ...rest } of found)
        yield {
          log,
          problem: `content of entry ${entry}: ${damageOf(rest)}; see \`files verify\``,
        };
    }
  } finally {
    await chunks.close();
  }
}

/** In words, without the path. */
export function damageOf({
  missing,
  altered,
  differing,
  reason,
  isLocked,
}: Pick<DriveFinding, 'missing' | 'altered' | 'differing' | 'reason' | 'isLocked'>): string {
  const words = [
    ...(reason === null ? [] : [reason]),
    ...(missing === 0 ? [] : [`${missing} ${missing === 1 ? 'chunk is' : 'chunks are'} missing`]),
    ...(altered === 0
      ? []
      : [`${altered} ${altered === 1 ? 'chunk is' : 'chunks are'} not what was written`]),
    ...differing.map((what) => `its ${what} is not what the entry says`),
    ...(isLocked ? ['it is locked'] : []),
  ];
  return words.join(', ');
}

function verifyOne(
  store: LedgerStore,
  chunks: ChunkStore,
  ledger: Ledger,
  {
    clock,
    depth,
    progress,
  }: { clock: Clock; depth: 'content' | 'presence'; progress: VerifyFilesOptions['progress'] },
): AsyncGenerator<DriveFinding, DriveSummary> {
  const vault = store.vaultOf(ledger.identity.tenant);
  // As the drive has it: its clock never goes back.
  const now = Math.max(clock.now(), ledger.reader.head.recordedAt) as UnixMillis;
  return verifyDrive({ ledger, vault, chunks, depth, now, progress });
}

async function driveIn(store: LedgerStore, { tenant, drive }: VerifyFilesOptions): Promise<Ledger> {
  const handle = store.tenantNamed(tenant)?.handle;
  const ledger = store.ledgersOf(handle ?? '').find(({ identity }) => identity.name === drive);
  if (
    handle === undefined ||
    ledger === undefined ||
    !(await isDrive(ledger, store.vaultOf(handle)))
  )
    throw new FilesError('DRIVE_UNKNOWN', 'there is no such drive in the data directory');
  return ledger;
}
