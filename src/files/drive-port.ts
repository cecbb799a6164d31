/** What a drive does, for whoever serves one: REST, S3, the command line. */
import type { TenantName } from '../access/tenant-name.js';
import type { Ledger } from '../ledger/ledger.js';
import type { DriveSettings } from './drive-settings.js';
import type { Condition, FileActor, PutOptions, Version, Written } from './drive-types.js';
import type { FilePut, FileSayings } from './file-change.js';
import type { FilePath } from './file-path.js';
import type { ChecksumName, ContentPlace, StoredContent } from './stored-content.js';
import type { UploadsPort } from './uploads-port.js';

export type { Condition, FileActor, PutOptions, Version, Written } from './drive-types.js';

export interface ListQuestion {
  readonly prefix?: string;
  /** What follows the prefix up to here is told as one common prefix. */
  readonly delimiter?: string;
  /** Only what comes behind this path, or common prefix. */
  readonly after?: string;
  /** Items and common prefixes together, 1–1,000. */
  readonly limit: number;
  /** A size of the ledger; now without it. */
  readonly at?: number | undefined;
}

export interface VersionsQuestion extends ListQuestion {
  /** With `after`: only what comes behind this version of that path; without it the whole path is passed over. */
  readonly afterVersion?: string;
}

export interface Listing {
  /** Newest versions of paths, none of them delete markers; or, of `listVersions`, all, of each path the newest first. */
  readonly items: readonly Version[];
  readonly prefixes: readonly string[];
  /** Whether there is more. */
  readonly isTruncated: boolean;
  /** Of the last item or prefix that was told: what to give as `after`. */
  readonly last: { readonly path: string; readonly version: string | null } | null;
}

export interface ReadRange {
  /** First byte. */
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

export interface StoreOptions {
  /** Who sends it; the drive's owner without it. */
  readonly by?: FileActor | undefined;
  /** Whose it is; the drive's own subject without it. */
  readonly subject?: string | undefined;
  /** Made besides SHA-256 and MD5. */
  readonly sums?: readonly ChecksumName[];
  /** Its MD5, asked for at the end, of whoever has made it already. */
  readonly md5?: () => Uint8Array;
  /** More bytes than these are FILE_TOO_LARGE. */
  readonly maxBytes?: number;
}

export interface DrivePort {
  readonly name: string;
  readonly ledger: Ledger;
  readonly uploads: UploadsPort;
  /** As of now. @throws FilesError DRIVE_UNKNOWN once it is removed. */
  readonly settings: DriveSettings;
  /** @param at a size of the ledger. @throws FilesError DRIVE_UNKNOWN if there was none. */
  settingsAt(at: number): DriveSettings;
  /**
   * One change at a time; durable when it returns. Locks are never taken away from a drive, nor versions while it has them.
   * @throws FilesError DRIVE_SETTINGS_REFUSED; what `change` throws.
   */
  configure(by: FileActor, change: (old: DriveSettings) => DriveSettings): Promise<DriveSettings>;

  /** What has been appended so far is in what the methods below tell. */
  upToDate(): Promise<void>;
  /** Entries that they tell of. */
  readonly size: number;
  /** The newest version of a path, which may be a delete marker; null if there is none. */
  newest(path: FilePath, at?: number): Version | null;
  /** By leaf hash, or `null`, the one made without versions. @throws FilesError FILE_VERSION_UNKNOWN. */
  version(path: FilePath, id: string, at?: number): Version;
  list(question: ListQuestion): Listing;
  listVersions(question: VersionsQuestion): Listing;
  /** How much there is of newest versions. */
  usage(): { readonly files: number; readonly bytes: number };
  /** All that was said when it was put. @throws FilesError FILE_ERASED, FILE_DELETED of a delete marker. */
  open(version: Version): Promise<FilePut>;
  /**
   * Content in order, in pieces of at most 64 KiB.
   * @throws FilesError FILE_DAMAGED; also after some of it.
   */
  read(place: ContentPlace, range?: ReadRange): AsyncIterable<Uint8Array>;

  /**
   * Takes content: its chunks are written when this returns, and on disk when `put` has returned.
   * @throws FilesError FILE_TOO_LARGE, FILES_FAILED; what `bytes` throws: then nothing refers to what was written.
   */
  store(bytes: AsyncIterable<Uint8Array>, options?: StoreOptions): Promise<StoredContent>;
  /** A new version, durable when it returns. @throws FilesError FILES_QUOTA, FILES_STALE; what its condition throws; what the ledger throws. */
  put(by: FileActor, path: FilePath, content: StoredContent, options: PutOptions): Promise<Written>;
  /** The content of a version, of this drive or another of the tenant, as a new one; nothing is read where both are of one subject. */
  copyOf(
    version: FilePut,
    subject: string,
    source: DrivePort,
    to?: StoreOptions,
  ): Promise<StoredContent>;
  /**
   * Takes the newest version out of sight: a delete marker where versions are kept, otherwise it is taken out.
   * @returns null where there was nothing and none is kept.
   * @throws what `condition` throws; FilesError FILE_LOCKED.
   */
  delete(by: FileActor, path: FilePath, condition?: Condition): Promise<Written | null>;
  /** Takes a version out. @param bypass of a governance lock. @throws FilesError FILE_VERSION_UNKNOWN, FILE_LOCKED. */
  remove(
    by: FileActor,
    path: FilePath,
    id: string,
    options?: { bypass?: boolean; condition?: Condition },
  ): Promise<Written>;
  /** Says something of a version. @throws FilesError FILE_VERSION_UNKNOWN, FILE_LOCK_REFUSED, FILE_LOCKED. */
  say(
    by: FileActor,
    path: FilePath,
    id: string,
    sayings: FileSayings,
    options?: { bypass?: boolean },
  ): Promise<Written>;
  /** Put elsewhere and taken out of sight here, in one commit. @throws as `put` and `delete`. */
  move(by: FileActor, from: FilePath, to: FilePath): Promise<Written>;
}

export interface DrivesPort {
  /** By name; of a tenant by its name. */
  list(tenant: TenantName): Promise<readonly DrivePort[]>;
  /** Ready to be read: all that is in its ledger is told. @throws FilesError DRIVE_UNKNOWN. */
  find(tenant: TenantName, name: string): Promise<DrivePort>;
  /** As it was, of a drive that has been removed too. @throws FilesError DRIVE_UNKNOWN where there never was one. */
  findPast(tenant: TenantName, name: string): Promise<DrivePort>;
  /**
   * Makes a drive, and its ledger unless there is one of that name.
   * @param name 3–63 of a-z, 0-9, `.` and `-`.
   * @throws FilesError DRIVE_EXISTS, DRIVE_NAME_REFUSED; LedgerError LEDGER_READ_ONLY.
   */
  make(
    tenant: TenantName,
    by: FileActor,
    name: string,
    settings?: Partial<Omit<DriveSettings, 'state' | 'owner' | 'madeAt'>>,
  ): Promise<DrivePort>;
  /** Nobody finds it from now on; its history stays. @throws FilesError DRIVE_NOT_EMPTY while it has versions or uploads. */
  remove(tenant: TenantName, by: FileActor, name: string): Promise<void>;
}
