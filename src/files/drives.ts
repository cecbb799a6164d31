/** The drives of a node, each opened when it is first asked for. */
import { join } from 'node:path';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import type { RandomSource } from '../base/random.js';
import { Turns } from '../base/turns.js';
import type { AppendRecordsDeps } from '../commands/append-target.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
} from '../keys/durable-file.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { Ledger } from '../ledger/ledger.js';
import type { TypeClasses } from '../records/record-scopes.js';
import { ChunkStore } from './chunks/chunk-store.js';
import { inlineSealing, type SealingPort } from './chunks/sealing.js';
import { parseDriveName } from './drive-name.js';
import type { DrivePort, DrivesPort, FileActor } from './drive-port.js';
import { ownSubjectOf } from './drive-settings.js';
import { Drive } from './drive.js';
import { FilesError } from './files-error.js';
import { isDrive } from './is-drive.js';
import { KeptDrives } from './kept-drives.js';
import { CopiesBook } from './replication/copies-book.js';
import { Replicas, type ReplicasOptions } from './replication/replicas.js';
import { UploadBook } from './upload-book.js';

export interface DrivesParts {
  readonly store: LedgerStore;
  readonly appending: AppendRecordsDeps;
  /** @param tenant its name; made unless it is there. */
  readonly createLedger: (tenant: TenantName, name: string) => Promise<Ledger>;
  /** @param tenant its name. */
  readonly typeClassesOf: (tenant: TenantName) => TypeClasses;
}

export interface OpenDrivesOptions extends DrivesParts {
  /** `files/` of the data directory; made if it is not there. */
  readonly directory: string;
  readonly random: RandomSource;
  /** See `ChunkStoreOptions`. */
  readonly filesKey: (tenant: string) => Uint8Array;
  readonly files?: DurableFileSystem;
  /** Closed with the drives; without it content is sealed in this thread. */
  readonly sealing?: SealingPort;
  /** Of all drives that are kept in memory though nobody asks for them. */
  readonly maxChanges?: number;
}

/** Some 700 MB. */
const MAX_CHANGES = 500_000;

export class Drives implements DrivesPort {
  readonly #parts: DrivesParts;
  readonly #chunks: ChunkStore;
  readonly #uploads: UploadBook;
  readonly #sealing: SealingPort;
  readonly #copies: CopiesBook;
  #replicas: Replicas | null = null;
  readonly #kept: KeptDrives;
  /** Two who make a drive of one name are told one after the other. */
  readonly #making = new Turns();

  private constructor(
    { maxChanges = MAX_CHANGES, ...parts }: OpenDrivesOptions,
    chunks: ChunkStore,
    uploads: UploadBook,
    sealing: SealingPort,
    copies: CopiesBook,
  ) {
    this.#parts = parts;
    this.#sealing = sealing;
    this.#kept = new KeptDrives(maxChanges);
    this.#chunks = chunks;
    this.#uploads = uploads;
    this.#copies = copies;
  }

  /** @throws LedgerError LEDGER_LOCKED, LEDGER_DAMAGED; FilesError FILES_DAMAGED, FILES_FORMAT_NEWER. */
  static async open(options: OpenDrivesOptions): Promise<Drives> {
    const { directory, random, filesKey, files = durableFileSystem } = options;
    await makeDirectoryDurably(directory, files);
    const chunks = await ChunkStore.open({ directory, random, files, filesKey });
    try {
      const copies = await CopiesBook.open(directory, files);
      const uploads = await UploadBook.open(join(directory, 'uploads'), random, files);
      return new Drives(options, chunks, uploads, options.sealing ?? inlineSealing, copies);
    } catch (cause) {
      await chunks.close();
      throw cause;
    }
  }

  get chunks(): ChunkStore {
    return this.#chunks;
  }

  /** What other nodes have of drives; null of a node without peers. */
  get replicas(): Replicas | null {
    return this.#replicas;
  }

  /** Once, when there are links to peers: from here on content comes from them and goes to them. */
  joinPeers(joined: Pick<ReplicasOptions, 'peers' | 'settings' | 'timers' | 'logger'>): Replicas {
    this.#replicas = new Replicas({
      ...{ ...joined, chunks: this.#chunks, book: this.#copies, store: this.#parts.store },
      isDrive: (ledger) => this.#isDrive(ledger),
    });
    this.#replicas.start();
    return this.#replicas;
  }

  list(tenant: TenantName): Promise<readonly DrivePort[]> {
    return this.#activeOf(tenant);
  }

  async #activeOf(tenant: TenantName): Promise<readonly Drive[]> {
    const { store } = this.#parts;
    const handle = store.tenantNamed(tenant)?.handle;
    if (handle === undefined) return [];
    const drives: Drive[] = [];
    for (const ledger of store.ledgersOf(handle)) {
      if (!(await this.#isDrive(ledger))) continue;
      const drive = this.#driveOf(tenant, ledger);
      if ((await drive.pastSettings())?.state === 'active') drives.push(drive);
    }
    return drives.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async find(tenant: TenantName, name: string): Promise<DrivePort> {
    const drive = await this.#known(tenant, name);
    if (drive === null || (await drive.pastSettings())?.state !== 'active') throw unknown();
    return drive;
  }

  async findPast(tenant: TenantName, name: string): Promise<DrivePort> {
    const drive = await this.#known(tenant, name);
    if (drive === null || (await drive.pastSettings()) === null) throw unknown();
    return drive;
  }

  make(
    tenant: TenantName,
    by: FileActor,
    name: string,
    settings: Parameters<DrivesPort['make']>[3] = {},
  ): Promise<DrivePort> {
    parseDriveName(name);
    return this.#making.take(async () => {
      // A crash after the ledger leaves one that is no drive, and becomes it when asked again.
      const there = this.#ledgerNamed(tenant, name);
      if (there !== undefined && there.reader.head.size > 0 && !(await this.#isDrive(there)))
        throw new FilesError('DRIVE_EXISTS', 'there is a ledger of this name: choose another');
      const ledger = there ?? (await this.#parts.createLedger(tenant, name));
      const drive = this.#driveOf(tenant, ledger);
      const isLocked = settings.lock !== undefined;
      await drive.begin(by, {
        subject: ownSubjectOf(name),
        versioning: isLocked ? 'on' : 'off',
        ...settings,
        ...{ state: 'active', owner: by.author, madeAt: this.#parts.appending.clock.now() },
      });
      return drive;
    });
  }

  async remove(tenant: TenantName, by: FileActor, name: string): Promise<void> {
    const drive = await this.#known(tenant, name);
    if (drive === null) throw unknown();
    await this.#making.take(() => drive.end(by));
  }

  /** What of a person's files nobody may take out at an instant, in all drives of a tenant. */
  async locksOf(
    tenant: TenantName,
    person: string,
    at: UnixMillis,
  ): Promise<
    readonly (Awaited<ReturnType<Drive['locksOf']>>[number] & { readonly drive: string })[]
  > {
    const locks = [];
    for (const drive of await this.#activeOf(tenant))
      for (const lock of await drive.locksOf(person, at))
        locks.push({ ...lock, drive: drive.name });
    return locks;
  }

  async close(): Promise<void> {
    try {
      await this.#sealing.close();
      await this.#replicas?.stop();
      await this.#uploads.close();
    } finally {
      await this.#chunks.close();
    }
  }

  async #known(tenant: TenantName, name: string): Promise<Drive | null> {
    const ledger = this.#ledgerNamed(tenant, name);
    if (ledger === undefined || !(await this.#isDrive(ledger))) return null;
    return this.#driveOf(tenant, ledger);
  }

  #ledgerNamed(tenant: TenantName, name: string): Ledger | undefined {
    const { store } = this.#parts;
    const handle = store.tenantNamed(tenant)?.handle;
    if (handle === undefined) return undefined;
    try {
      return store.ledger(handle, name);
    } catch (cause) {
      if (cause instanceof LedgerError && cause.code === 'LEDGER_UNKNOWN') return undefined;
      throw cause;
    }
  }

  #driveOf(tenant: TenantName, ledger: Ledger): Drive {
    const { handle, tenant: owner } = ledger.identity;
    const { store, appending, typeClassesOf } = this.#parts;
    return this.#kept.get(
      handle,
      (locks) =>
        new Drive(
          {
            appending,
            vault: store.vaultOf(owner),
            chunks: this.#chunks,
            uploads: this.#uploads,
            sealing: this.#sealing,
            replicas: () => this.#replicas,
            typeClasses: () => typeClassesOf(tenant),
          },
          ledger,
          locks,
        ),
    );
  }

  async #isDrive(ledger: Ledger): Promise<boolean> {
    const { store } = this.#parts;
    return (
      this.#kept.has(ledger.identity.handle) ||
      isDrive(ledger, store.vaultOf(ledger.identity.tenant))
    );
  }
}

function unknown(): FilesError {
  return new FilesError('DRIVE_UNKNOWN', 'there is no such drive');
}
