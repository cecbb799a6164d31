/** A drive that is open: what is in it, and the one way to change it. */
import type { UnixMillis } from '../base/brand.js';
import type { LeafIndex } from '../base/brand.js';
import { toHex, utf8ToString } from '../base/bytes.js';
import { parseStrictJson } from '../base/canonical-json.js';
import { hexDigest } from '../base/hex-digest.js';
import { without } from '../base/without.js';
import { appendRecords } from '../commands/append-records.js';
import type { AppendTarget } from '../commands/append-target.js';
import type { Ledger } from '../ledger/ledger.js';
import { openUnerased } from '../queries/opened-entry.js';
import { QueryError } from '../queries/query-error.js';
import type { Receipt } from '../queries/receipt.js';
import { parseRecordInput, type RecordInput } from '../records/record-input.js';
import { ownRecord } from '../schemas/own-records.js';
import { checkStays } from './check-stays.js';
import { readContent } from './chunks/content-reader.js';
import { type ContentSecret, writeContent } from './chunks/content-writer.js';
import { checkFresh, contentSecretOf } from './content-secrets.js';
import { DriveFollower } from './drive-follower.js';
import type { DriveParts } from './drive-parts.js';
import type {
  Condition,
  DrivePort,
  FileActor,
  Listing,
  ListQuestion,
  PutOptions,
  ReadRange,
  StoreOptions,
  Version,
  VersionsQuestion,
  Written,
} from './drive-port.js';
import { DRIVE_KEY, DRIVE_TYPE, drivePayload, type DriveSettings } from './drive-settings.js';
import {
  changePayload,
  FILE_TYPE,
  type FileChange,
  type FilePut,
  type FileSayings,
} from './file-change.js';
import { type FilePath, keyOfPath } from './file-path.js';
import { FilesError } from './files-error.js';
import { checkRemovable, checkSayings, lockOfNew } from './lock-rules.js';
import { parseChange } from './parse-change.js';
import type { PathLocks } from './path-locks.js';
import { checkQuota } from './quota.js';
import type { ContentPlace, StoredContent } from './stored-content.js';
import type { UploadsPort } from './uploads-port.js';
import { DriveUploads } from './uploads.js';

/** One change of a path at a time, and one end of an upload. */
export interface DriveLocks {
  readonly paths: PathLocks;
  readonly uploads: PathLocks;
}

export class Drive implements DrivePort {
  readonly name: string;
  readonly ledger: Ledger;
  readonly uploads: UploadsPort;
  readonly #parts: DriveParts;
  readonly #follower: DriveFollower;
  readonly #locks: PathLocks;

  /** @param locks the same for all who have the ledger open as a drive. */
  constructor(parts: DriveParts, ledger: Ledger, locks: DriveLocks) {
    this.name = ledger.identity.name;
    this.ledger = ledger;
    this.#parts = parts;
    this.#follower = new DriveFollower(ledger, parts.vault);
    this.#locks = locks.paths;
    this.uploads = new DriveUploads({ ...parts, drive: this, ledger, locks: locks.uploads });
  }

  get settings(): DriveSettings {
    return active(this.#follower.index.settingsAt(Infinity));
  }

  settingsAt(at: number): DriveSettings {
    return active(this.#follower.index.settingsAt(at));
  }

  get size(): number {
    return this.#follower.size;
  }

  /** Versions in memory. */
  get weight(): number {
    return this.#follower.index.weight;
  }

  upToDate(): Promise<void> {
    return this.#follower.upToDate();
  }

  newest(path: FilePath, at = Infinity): Version | null {
    return this.#follower.index.rowsOf(path)?.newestAt(at) ?? null;
  }

  version(path: FilePath, id: string, at = Infinity): Version {
    const versions = this.#follower.index.rowsOf(path)?.at(at) ?? [];
    const found = versions.find((one) => (id === 'null' ? one.isNull : one.id === id));
    if (found === undefined)
      throw new FilesError('FILE_VERSION_UNKNOWN', 'the file has no such version');
    return found;
  }

  list(question: ListQuestion): Listing {
    return this.#follower.index.list(question);
  }

  listVersions(question: VersionsQuestion): Listing {
    return this.#follower.index.listVersions(question);
  }

  usage(): { readonly files: number; readonly bytes: number } {
    return this.#follower.index.usage();
  }

  /** What of a subject's files is locked or held, by what it lies under. */
  async locksOf(
    subject: string,
    at: UnixMillis,
  ): Promise<ReturnType<DriveFollower['index']['locksOf']>> {
    await this.upToDate();
    return this.#follower.index.locksOf(subject, at);
  }

  async open({ path, id, kind }: Version): Promise<FilePut> {
    if (kind === 'delete-marker') throw new FilesError('FILE_DELETED', 'the file has been deleted');
    const place = this.#follower.index.rowsOf(path)?.placeOf(id);
    if (place === undefined) throw erased();
    try {
      const entry = await place.reader.entry(place.index as LeafIndex);
      const opened = await openUnerased(this.#parts.vault, entry);
      if (opened.kind !== 'record') throw erased();
      const change = parseChange(parseStrictJson(utf8ToString(opened.payload.bytes)));
      if (change.action !== 'put') throw new Error('a version that is none');
      return change;
    } catch (cause) {
      if (cause instanceof QueryError && cause.code === 'ENTRY_ERASED') throw erased();
      throw cause;
    }
  }

  read(place: ContentPlace, range?: ReadRange): AsyncIterable<Uint8Array> {
    const { chunks, replicas } = this.#parts;
    return readContent(replicas()?.contentOf(this.ledger) ?? chunks, place, range);
  }

  async store(
    bytes: AsyncIterable<Uint8Array>,
    { subject, by, ...options }: StoreOptions = {},
  ): Promise<StoredContent> {
    const { sealing } = this.#parts;
    const chunks = this.#parts.replicas()?.storeOf(this.ledger) ?? this.#parts.chunks;
    const secret = await this.#secretOf(subject, by);
    const place = { tenant: this.ledger.identity.tenant, ledger: this.ledger.identity.handle };
    return writeContent(bytes, { chunks, place, secret, sealing, ...options });
  }

  async copyOf(
    source: FilePut,
    subject: string,
    drive: DrivePort,
    to: StoreOptions = {},
  ): Promise<StoredContent> {
    const whose = to.subject ?? this.settings.subject;
    const isWhole = (to.sums ?? []).length === 0 && /^[0-9a-f]{32}$/.test(source.etag);
    const { maxBytes = Infinity } = to;
    if (whose !== subject || !isWhole || source.size > maxBytes)
      return this.store(drive.read(source.content), { ...to, subject: whose });
    const { secretRow } = await this.#secretOf(whose, to.by);
    return {
      ...{ size: source.size, sums: {}, place: source.content, subject: whose, secretRow },
      sha256: Buffer.from(source.sha256, 'hex'),
      md5: Buffer.from(source.etag, 'hex'),
    };
  }

  async put(
    by: FileActor,
    path: FilePath,
    content: StoredContent,
    options: PutOptions,
  ): Promise<Written> {
    // Chunks first, on disk: a crash from here on leaves chunks that nobody refers to, or the whole version.
    await this.#parts.chunks.sync();
    // Then on the disks of those who keep the drive too: what is acknowledged outlives the loss of this node.
    await this.#parts.replicas()?.heldByOthers(this.ledger, content.place);
    return this.#locks.take([path], async () => {
      await this.upToDate();
      options.condition?.(this.newest(path));
      const change = this.#newVersion(path, content, options);
      checkQuota(this.settings, this.usage(), this.newest(path), content.size);
      await checkFresh(content, this.#parts.vault);
      const [receipt] = await this.#append(by, [[change, content.subject]], options.idempotencyKey);
      return this.#written(path, receipt, null);
    });
  }

  delete(by: FileActor, path: FilePath, condition?: Condition): Promise<Written | null> {
    return this.#locks.take([path], async () => {
      await this.upToDate();
      const newest = this.newest(path);
      condition?.(newest);
      const change = this.#deletion(path, newest);
      if (change === null) return null;
      const [receipt] = await this.#append(by, [[change, this.#subjectOf(newest)]]);
      return this.#written(path, receipt, newest);
    });
  }

  remove(
    by: FileActor,
    path: FilePath,
    id: string,
    { bypass = false, condition }: { bypass?: boolean; condition?: Condition } = {},
  ): Promise<Written> {
    return this.#locks.take([path], async () => {
      await this.upToDate();
      const version = this.version(path, id);
      condition?.(version);
      checkRemovable(version, this.#now(), bypass);
      const change = { action: 'remove', path, version: version.id, bypass } as const;
      const [receipt] = await this.#append(by, [[change, version.subject]]);
      await this.upToDate();
      return { version, receipt };
    });
  }

  say(
    by: FileActor,
    path: FilePath,
    id: string,
    sayings: FileSayings,
    { bypass = false }: { bypass?: boolean } = {},
  ): Promise<Written> {
    return this.#locks.take([path], async () => {
      await this.upToDate();
      const version = this.version(path, id);
      checkSayings(version, sayings, this.settings, this.#now(), bypass);
      const change = { action: 'change', path, version: version.id, bypass, ...sayings } as const;
      const [receipt] = await this.#append(by, [[change, version.subject]]);
      await this.upToDate();
      await checkStays(sayings, this.#follower.index.rowsOf(path)?.placeOf(id), this.#parts.vault);
      return { version: this.version(path, version.id), receipt };
    });
  }

  move(by: FileActor, from: FilePath, to: FilePath): Promise<Written> {
    return this.#locks.take([from, to], async () => {
      await this.upToDate();
      const newest = this.newest(from);
      if (newest?.kind !== 'file') throw new FilesError('FILE_UNKNOWN', 'there is no such file');
      const source = without(await this.open(newest), 'lock', 'hold');
      const { tags, acl } = newest;
      const moved: FileChange = {
        ...{ ...source, path: to, tags, ...(acl !== null && { acl }) },
        isNull: this.settings.versioning !== 'on',
        from: { drive: this.name, version: newest.id },
        ...lockOfNew({}, this.settings, this.#now()),
      };
      const deletion = this.#deletion(from, newest);
      if (deletion === null) throw new Error('a file that is there was not');
      // One commit takes both, or neither.
      const [receipt] = await this.#append(by, [
        [moved, newest.subject],
        [deletion, newest.subject],
      ]);
      return this.#written(to, receipt, null);
    });
  }

  configure(by: FileActor, change: (old: DriveSettings) => DriveSettings): Promise<DriveSettings> {
    return this.#locks.takeAll(async () => {
      await this.upToDate();
      const old = this.settings;
      const next = change(old);
      checkSettings(old, next);
      await this.#write(by, next);
      return this.settings;
    });
  }

  /** Its settings as they are, of one that was removed too; null of a ledger that never was a drive. */
  async pastSettings(): Promise<DriveSettings | null> {
    await this.upToDate();
    return this.#follower.index.settingsAt(Infinity);
  }

  /** The ledger is a drive from here on. @throws FilesError DRIVE_EXISTS. */
  begin(by: FileActor, settings: DriveSettings): Promise<void> {
    return this.#locks.takeAll(async () => {
      if ((await this.pastSettings())?.state === 'active')
        throw new FilesError('DRIVE_EXISTS', 'there is a drive of this name');
      await this.#write(by, settings);
    });
  }

  /** @throws FilesError DRIVE_NOT_EMPTY, DRIVE_UNKNOWN. */
  end(by: FileActor): Promise<void> {
    return this.#locks.takeAll(async () => {
      await this.upToDate();
      const { settings } = this;
      const { items } = await this.uploads.list({ limit: 1 });
      if (this.#follower.index.hasAny() || items.length > 0)
        throw new FilesError(
          'DRIVE_NOT_EMPTY',
          'the drive has files, versions or uploads: take them out first',
        );
      await this.#write(by, { ...settings, state: 'removed' });
    });
  }

  /** The clock of the ledger: it never goes back. */
  #now(): UnixMillis {
    const { recordedAt } = this.ledger.reader.head;
    return Math.max(this.#parts.appending.clock.now(), recordedAt) as UnixMillis;
  }

  #newVersion(path: FilePath, content: StoredContent, options: PutOptions): FilePut {
    const { lock, hold } = options;
    const said = without(options, 'condition', 'idempotencyKey', 'lock', 'hold');
    const { settings } = this;
    return {
      ...said,
      ...{ action: 'put', path, size: content.size, content: content.place },
      isNull: settings.versioning !== 'on',
      sha256: hexDigest(toHex(content.sha256)),
      etag: options.etag ?? toHex(content.md5),
      ...lockOfNew(
        { ...(lock !== undefined && { lock }), ...(hold !== undefined && { hold }) },
        settings,
        this.#now(),
      ),
    };
  }

  /** Null where nothing is there, and no versions are kept. */
  #deletion(path: FilePath, newest: Version | null): FileChange | null {
    const { versioning } = this.settings;
    if (versioning !== 'off') return { action: 'delete', path, isNull: versioning === 'suspended' };
    if (newest === null) return null;
    checkRemovable(newest, this.#now(), false);
    return { action: 'remove', path, version: newest.id, bypass: false };
  }

  #subjectOf(newest: Version | null): string {
    return newest?.subject ?? this.settings.subject;
  }

  async #append(
    by: FileActor,
    changes: readonly (readonly [change: FileChange, subject: string])[],
    idempotencyKey?: string,
  ): Promise<readonly [Receipt, ...Receipt[]]> {
    const { retention } = this.settings;
    const records = changes.map(([change, subject]) =>
      parseRecordInput({
        ...{ type: FILE_TYPE, subject, key: keyOfPath(change.path) },
        payload: changePayload(change),
        ...(retention !== undefined && { retention }),
      }),
    );
    return this.#appendRecords(by, records, idempotencyKey ?? null);
  }

  async #write(by: FileActor, settings: DriveSettings): Promise<void> {
    await this.#appendRecords(by, [ownRecord(DRIVE_TYPE, DRIVE_KEY, drivePayload(settings))]);
    await this.upToDate();
  }

  async #appendRecords(
    by: FileActor,
    records: readonly RecordInput[],
    idempotencyKey: string | null = null,
  ): Promise<readonly [Receipt, ...Receipt[]]> {
    const requests = records.map((record) => ({ record, idempotencyKey }));
    const results = await appendRecords(this.#parts.appending, this.#target(by), requests);
    const receipts = results.map((result) => {
      if (result.kind === 'error') throw result.error;
      return result.receipt;
    });
    const [first, ...others] = receipts;
    if (first === undefined) throw new Error('nothing was to be appended');
    return [first, ...others];
  }

  /** @param taken what was taken out; without it, what the entry of the receipt made. */
  async #written(path: FilePath, receipt: Receipt, taken: Version | null): Promise<Written> {
    await this.upToDate();
    const versions = this.#follower.index.rowsOf(path)?.at(Infinity) ?? [];
    const made = versions.find(({ id }) => id === receipt.id);
    const version = made ?? taken;
    if (version === null) throw new Error('a version that was appended is not there');
    return { version, receipt };
  }

  #secretOf(subject: string | undefined, by: FileActor | undefined): Promise<ContentSecret> {
    const { vault, appending } = this.#parts;
    const { subject: own, owner: author } = this.settings;
    return contentSecretOf(subject ?? own, vault, appending, this.#target(by ?? { author }));
  }

  #target({ author }: FileActor): AppendTarget {
    const { tenant, name } = this.ledger.identity;
    return { tenant, ledger: name, author, typeClasses: this.#parts.typeClasses };
  }
}

/** @throws FilesError DRIVE_UNKNOWN. */
function active(settings: DriveSettings | null): DriveSettings {
  if (settings?.state !== 'active') throw new FilesError('DRIVE_UNKNOWN', 'there is no such drive');
  return settings;
}

/** @throws FilesError DRIVE_SETTINGS_REFUSED. */
function checkSettings(old: DriveSettings, next: DriveSettings): void {
  const refused = (reason: string): FilesError => new FilesError('DRIVE_SETTINGS_REFUSED', reason);
  if (old.lock !== undefined && next.lock === undefined)
    throw refused('a drive whose versions can be locked stays one');
  if (next.lock !== undefined && next.versioning !== 'on')
    throw refused(
      'versions can be locked only where they are kept: turn versioning on, and leave it on',
    );
  if (old.versioning !== 'off' && next.versioning === 'off')
    throw refused('versions that were kept once can be suspended, not turned off');
}

function erased(): FilesError {
  return new FilesError(
    'FILE_ERASED',
    'whom the file is about has been forgotten, and it with them',
  );
}
