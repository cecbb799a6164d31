/**
 * Whether a backup could be restored: it is, elsewhere, read through, asked for entries at random, and removed
 * again. Keys are only read, and the mark is that of the backup, which is older than the node's.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackupContent, readContent } from './backup/backup-content.js';
import { openTarget } from './backup/target.js';
import { unpackBackup } from './backup/unpack-backup.js';
import type { LeafIndex } from './base/brand.js';
import { equalBytes } from './base/bytes.js';
import { ChirographError } from './base/errors.js';
import { randomBytes, type RandomSource } from './base/random.js';
import { type Clock, formatInstant } from './base/time.js';
import { durableFileSystem } from './keys/durable-file.js';
import type { KeyStore } from './keys/key-store.js';
import { readOnlyKeyStore } from './keys/read-only-key-store.js';
import { unobserved } from './ledger/commit-observer.js';
import { LedgerStore } from './ledger/ledger-store.js';
import type { LogReader } from './ledger/log-reader.js';
import { fsckNode } from './node-fsck.js';
import { openEntry } from './queries/opened-entry.js';
import { restoreContent } from './restore-content.js';
import { verifyInclusion } from './tlog/inclusion-proof.js';

export interface DrillOptions {
  /** Directory of the backup. */
  readonly from: string;
  /** Directories of other backups of the node, for newer vaults. */
  readonly vaultsFrom: readonly string[];
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** In which it is restored, and removed again; where temporary files lie unless given. */
  readonly scratch?: string;
  /** Entries of each log that are opened and proved. */
  readonly perLog: number;
  readonly progress: (what: string) => void;
}

export interface DrillReport {
  /** Nothing is wrong. */
  readonly isSound: boolean;
  readonly startedAt: string;
  readonly completedAt: string;
  /** Number of the backup and when it was complete; null if that cannot be read. */
  readonly backup: { readonly number: number; readonly takenAt: string } | null;
  /** In milliseconds: what restoring would take here. */
  readonly restoreMillis: number | null;
  readonly logs: readonly DrilledLog[];
  /** Secrets that are gone because somebody was erased since the backup was made. */
  readonly erasedSince: number;
  /** What is wrong, one line each. */
  readonly findings: readonly string[];
}

export interface DrilledLog {
  readonly origin: string;
  readonly size: number;
  /** Entries that were proved against the head in the backup. */
  readonly proved: number;
  /** Of those, how many opened; the others are erased, or have nothing that is sealed. */
  readonly opened: number;
}

/** Does not throw what is wrong with the backup: that is what it is for. @throws what is wrong with the machine. */
export async function drillBackup(options: DrillOptions): Promise<DrillReport> {
  const { clock, scratch = tmpdir() } = options;
  const startedAt = formatInstant(clock.now());
  const place = await mkdtemp(join(scratch, 'chirograph-drill-'));
  const findings: string[] = [];
  const drill = new Drill(options, place, findings);
  try {
    await drill.run();
  } catch (cause) {
    if (!(cause instanceof ChirographError)) throw cause;
    findings.push(cause.message);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  const { backup, restoreMillis, logs, erasedSince } = drill;
  return {
    ...{ isSound: findings.length === 0, startedAt, completedAt: formatInstant(clock.now()) },
    ...{ backup, restoreMillis, logs, erasedSince, findings },
  };
}

class Drill {
  readonly #options: DrillOptions;
  readonly #place: string;
  readonly #findings: string[];
  backup: DrillReport['backup'] = null;
  restoreMillis: number | null = null;
  erasedSince = 0;
  readonly logs: DrilledLog[] = [];

  constructor(options: DrillOptions, place: string, findings: string[]) {
    this.#options = options;
    this.#place = place;
    this.#findings = findings;
  }

  async run(): Promise<void> {
    const { from, keyStore, progress, random, vaultsFrom } = this.#options;
    const target = await openTarget(from, keyStore);
    const others = await Promise.all(vaultsFrom.map((one) => openTarget(one, keyStore)));
    const content = await readContent(target);
    const takenAt = content.completedAt;
    if (takenAt !== null) this.backup = { number: content.number, takenAt: formatInstant(takenAt) };
    const keys = keysAsOf(content, keyStore);
    const startedAt = performance.now();
    const { rotatedSince } = await unpackBackup({
      ...{ target, others, content, into: this.#place, keyStore: keys, random, progress },
      files: durableFileSystem,
      putContent: (copied) =>
        restoreContent({ dataDirectory: this.#place, keyStore: keys, random }, copied),
    });
    this.restoreMillis = Math.round(performance.now() - startedAt);
    await this.#fsck(keys, new Set(rotatedSince.map(({ tenant }) => tenant)));
    await this.#ask(keys, content);
  }

  async #fsck(keyStore: KeyStore, erased: ReadonlySet<string>): Promise<void> {
    const { clock, progress, random } = this.#options;
    const checking = fsckNode({
      ...{ dataDirectory: this.#place, keyStore, clock, random },
      progress: (origin, entries) => {
        progress(`${origin}: ${entries} entries`);
      },
    });
    for await (const { log, problem, missing } of checking)
      // The vault is newer than the backup: of its tenant, what is not there was erased since.
      if (missing !== undefined && erased.has(missing.tenant)) this.erasedSince++;
      else this.#findings.push(`${log} ${problem}`.trim());
  }

  async #ask(keyStore: KeyStore, content: BackupContent): Promise<void> {
    const { clock, random } = this.#options;
    const store = await LedgerStore.open({
      ...{ dataDirectory: this.#place, keyStore, clock, random, observer: unobserved },
      // Nothing is appended.
      onFailure: () => undefined,
    });
    try {
      for (const { logs, identity } of store.allLedgers())
        for (const reader of logs) await this.#askLog(store, identity.tenant, reader, content);
    } finally {
      await store.close();
    }
  }

  async #askLog(
    store: LedgerStore,
    tenant: string,
    reader: LogReader,
    content: BackupContent,
  ): Promise<void> {
    const head = content.heads.get(reader.handle);
    const { origin } = reader;
    if (head === undefined || head.size === 0) return;
    let [proved, opened] = [0, 0];
    for (const index of chosen(this.#options.random, head.size, this.#options.perLog)) {
      const entry = await reader.entry(index);
      const isIncluded = verifyInclusion({
        ...{ leafHash: entry.leafHash, index, size: head.size, rootHash: head.rootHash },
        proof: await reader.inclusionProof(index, head.size),
      });
      if (isIncluded) proved++;
      else this.#findings.push(`${origin} entry ${index} is not proved by the head in the backup`);
      if ((await openEntry(store.vaultOf(tenant), entry)).kind === 'record') opened++;
    }
    if (!equalBytes(await reader.rootAt(head.size), head.rootHash))
      this.#findings.push(`${origin} has another root than the head in the backup`);
    this.logs.push({ origin, size: head.size, proved, opened });
  }
}

/** The keys as they are, and the memory of the node as it was: that it has gone on since is no damage. */
function keysAsOf({ mark, accessChanges }: BackupContent, keyStore: KeyStore): KeyStore {
  return {
    ...readOnlyKeyStore(keyStore),
    mark: () => Promise.resolve(mark),
    accessChanges: () => Promise.resolve(accessChanges),
  };
}

/** Different ones; all, where there are no more. */
function chosen(random: RandomSource, size: number, count: number): LeafIndex[] {
  if (size <= count) return Array.from({ length: size }, (_, at) => at as LeafIndex);
  const found = new Set<number>();
  while (found.size < count) {
    const bytes = randomBytes(random, 6);
    found.add(Buffer.from(bytes).readUIntBE(0, 6) % size);
  }
  return [...found].sort((a, b) => a - b).map((index) => index as LeafIndex);
}
