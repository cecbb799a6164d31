/** Uploads of one drive: parts are stored as they come, and in the end become one version. */
import { createHash } from 'node:crypto';
import { toBase64, toHex } from '../base/bytes.js';
import { randomBytes } from '../base/random.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { Ledger } from '../ledger/ledger.js';
import { startChecksum } from './checksum.js';
import { filesSecretOf } from './chunks/chunk.js';
import { readContent } from './chunks/content-reader.js';
import { type ContentSecret, joinContents } from './chunks/content-writer.js';
import { checkFresh, contentSecretOf } from './content-secrets.js';
import type { DriveParts } from './drive-parts.js';
import type { DrivePort, FileActor, PutOptions, Written } from './drive-port.js';
import type { PartRun } from './file-change.js';
import { comparePaths, type FilePath } from './file-path.js';
import { FilesError } from './files-error.js';
import { MAX_PARTS } from './parse-change.js';
import type { PathLocks } from './path-locks.js';
import type { ContentPlace, StoredContent } from './stored-content.js';
import type { FindFilesSecret } from './upload-book.js';
import { partOf, partToJson, type StoredPart, uploadOf, uploadToJson } from './upload-rows.js';
import type {
  CompletedPart,
  CompleteOptions,
  Upload,
  UploadList,
  UploadOptions,
  UploadPart,
  UploadsPort,
} from './uploads-port.js';

/** Open at a time, of one drive. */
const MAX_UPLOADS = 10_000;

export class DriveUploads implements UploadsPort {
  readonly #parts: DriveParts;
  readonly #drive: DrivePort;
  readonly #ledger: Ledger;
  readonly #locks: PathLocks;

  constructor({
    drive,
    ledger,
    locks,
    ...parts
  }: DriveParts & { drive: DrivePort; ledger: Ledger; locks: PathLocks }) {
    this.#parts = parts;
    this.#drive = drive;
    this.#locks = locks;
    this.#ledger = ledger;
  }

  async begin(
    by: FileActor,
    path: FilePath,
    { subject, ...options }: UploadOptions & { readonly subject?: string },
  ): Promise<Upload> {
    const { appending, uploads } = this.#parts;
    if ((await this.#all()).length >= MAX_UPLOADS)
      throw new FilesError(
        'UPLOAD_LIMIT',
        `a drive has at most ${MAX_UPLOADS} uploads that are not whole: complete some, or abort them`,
      );
    const whose = subject ?? this.#drive.settings.subject;
    const secret = await this.#secretOf(whose, by);
    const upload: Upload = {
      ...{ id: toHex(randomBytes(appending.random, 16)), path, subject: whose, options },
      ...{ author: by.author, begunAt: appending.clock.now() },
    };
    await uploads.put(this.#key(upload.id), uploadToJson(upload), secret);
    return upload;
  }

  async find(id: string): Promise<Upload> {
    if (!ID.test(id)) throw unknown();
    const content = await this.#parts.uploads.get(this.#key(id), this.#find);
    if (content === null) throw unknown();
    return uploadOf(id, content);
  }

  async list({
    prefix = '',
    after,
    limit,
  }: Parameters<UploadsPort['list']>[0]): Promise<UploadList> {
    const isBehind = ({ path, id }: Upload): boolean => {
      if (after === undefined) return true;
      const order = comparePaths(path, after.path);
      return order > 0 || (order === 0 && after.id !== undefined && id > after.id);
    };
    const found = (await this.#all())
      .filter((upload) => upload.path.startsWith(prefix) && isBehind(upload))
      .sort((a, b) => comparePaths(a.path, b.path) || (a.id < b.id ? -1 : 1));
    return { items: found.slice(0, limit), isTruncated: found.length > limit };
  }

  async addPart(id: string, number: number, content: StoredContent): Promise<UploadPart> {
    if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS)
      throw new FilesError('UPLOAD_PARTS_REFUSED', `parts have numbers from 1 to ${MAX_PARTS}`);
    const upload = await this.find(id);
    const { appending, chunks, uploads, vault } = this.#parts;
    if (content.subject !== upload.subject) throw new Error('a part of somebody else');
    await checkFresh(content, vault);
    // Chunks first, on disk: a crash from here on leaves a part that is not there, and is sent again.
    await chunks.sync();
    const secret = await this.#secretOf(upload.subject, upload);
    const row = partToJson(content, appending.clock.now());
    await uploads.put({ ...this.#key(id), part: number }, row, secret);
    return shown(partOf(number, row));
  }

  async parts(id: string, after: number, limit: number): Promise<readonly UploadPart[]> {
    await this.find(id);
    return (await this.#stored(id, after, limit)).map(shown);
  }

  complete(
    by: FileActor,
    id: string,
    parts: readonly CompletedPart[],
    { minPartBytes = 0, condition, checksum }: CompleteOptions = {},
  ): Promise<Written> {
    return this.#locks.take([id], async () => {
      const upload = await this.find(id);
      const chosen = await this.#chosen(id, parts, minPartBytes);
      const secret = await this.#secretOf(upload.subject, by);
      const { content, options } = await this.#joined(upload, chosen, secret);
      checkWhole(upload, options, checksum);
      try {
        const written = await this.#drive.put(by, upload.path, content, {
          ...options,
          ...(condition !== undefined && { condition }),
          // Of one that was completed before a crash, and could not be forgotten: the same version.
          idempotencyKey: `upload:${id}`,
        });
        await this.#parts.uploads.forget(this.#ledger.identity.handle, id);
        return written;
      } catch (cause) {
        if (!(cause instanceof LedgerError) || cause.code !== 'LEDGER_IDEMPOTENCY_CONFLICT')
          throw cause;
        await this.#parts.uploads.forget(this.#ledger.identity.handle, id);
        throw unknown();
      }
    });
  }

  abort(id: string): Promise<void> {
    return this.#locks.take([id], async () => {
      await this.find(id);
      await this.#parts.uploads.forget(this.#ledger.identity.handle, id);
    });
  }

  async #chosen(
    id: string,
    wanted: readonly CompletedPart[],
    minPartBytes: number,
  ): Promise<StoredPart[]> {
    const refused = (reason: string): FilesError => new FilesError('UPLOAD_PARTS_REFUSED', reason);
    if (wanted.length === 0) throw refused('a file has at least one part');
    const there = new Map(
      (await this.#stored(id, 0, MAX_PARTS)).map((part) => [part.number, part] as const),
    );
    return wanted.map(({ number, etag, sums = {} }, n) => {
      if (n > 0 && number <= (wanted[n - 1]?.number ?? 0))
        throw refused('parts must be named in the order of their numbers, each once');
      const part = there.get(number);
      const isSame =
        part !== undefined &&
        (etag === undefined || etag === part.etag) &&
        Object.entries(sums).every(
          ([name, value]) => part.sums[name as keyof typeof sums] === value,
        );
      if (!isSame)
        throw new FilesError(
          'UPLOAD_PART_UNKNOWN',
          `part ${number} has not come, or is another one`,
        );
      if (part.size < minPartBytes && n < wanted.length - 1)
        throw refused(
          `part ${number} is too small: all but the last have at least ${minPartBytes} bytes`,
        );
      return part;
    });
  }

  /** All parts as one content, read once from end to end: what is acknowledged has been seen whole. */
  async #joined(
    { options: { sum, sumType = 'COMPOSITE', ...options }, subject }: Upload,
    parts: readonly StoredPart[],
    secret: ContentSecret,
  ): Promise<{ content: StoredContent; options: PutOptions }> {
    const { chunks } = this.#parts;
    const { tenant, handle: ledger } = this.#ledger.identity;
    const place: ContentPlace = await joinContents(
      parts.map((part) => part.place),
      { chunks, place: { tenant, ledger }, secret },
    );
    const size = parts.reduce((total, part) => total + part.size, 0);
    const sha256 = createHash('sha256');
    const whole = sum === undefined || sumType === 'COMPOSITE' ? null : startChecksum(sum);
    for await (const some of readContent(chunks, place)) {
      sha256.update(some);
      whole?.update(some);
    }
    const md5 = createHash('md5');
    for (const part of parts) md5.update(part.md5);
    const partSums = sum === undefined ? [] : parts.flatMap((part) => part.sums[sum] ?? []);
    const hasAll = partSums.length === parts.length;
    const value =
      whole !== null ? toBase64(whole.digest()) : hasAll ? composite(sum, partSums) : undefined;
    const content = {
      ...{ size, sha256: sha256.digest(), md5: md5.digest(), sums: {}, place, subject },
      secretRow: secret.secretRow,
    };
    return {
      content,
      options: {
        ...options,
        etag: `${toHex(content.md5)}-${parts.length}`,
        parts: runsOf(parts),
        ...(sum !== undefined &&
          value !== undefined && {
            checksums: { [sum]: value, type: sumType },
            ...(hasAll && { partSums }),
          }),
      },
    };
  }

  async #stored(id: string, after: number, limit: number): Promise<StoredPart[]> {
    const { handle } = this.#ledger.identity;
    const rows = await this.#parts.uploads.partsOf(handle, id, after, limit, this.#find);
    return rows.map(({ key, content }) => partOf(key.part, content));
  }

  async #all(): Promise<Upload[]> {
    const rows = await this.#parts.uploads.uploadsOf(this.#ledger.identity.handle, this.#find);
    return rows.map(({ key, content }) => uploadOf(key.id, content));
  }

  readonly #find: FindFilesSecret = async (row) => {
    const found = await this.#parts.vault.secretOfRow(row);
    return found === null ? null : filesSecretOf(found.secret);
  };

  #secretOf(subject: string, { author }: FileActor): Promise<ContentSecret> {
    const { vault, appending, typeClasses } = this.#parts;
    const { tenant, name: ledger } = this.#ledger.identity;
    return contentSecretOf(subject, vault, appending, { tenant, ledger, author, typeClasses });
  }

  #key(id: string): { ledger: string; id: string; part: number } {
    return { ledger: this.#ledger.identity.handle, id, part: 0 };
  }
}

const ID = /^[0-9a-f]{32}$/;

function shown({ number, size, etag, sums, storedAt }: StoredPart): UploadPart {
  return { number, size, etag, sums, storedAt };
}

/** As S3 has it: of the checksums of the parts, one behind the other. */
function composite(
  sum: Parameters<typeof startChecksum>[0] | undefined,
  partSums: readonly string[],
): string | undefined {
  if (sum === undefined) return undefined;
  const checksum = startChecksum(sum);
  for (const value of partSums) checksum.update(Buffer.from(value, 'base64'));
  return toBase64(checksum.digest());
}

/** As its sender says. */
function checkWhole(
  { options: { sum } }: Upload,
  { checksums }: PutOptions,
  expected: string | undefined,
): void {
  if (expected === undefined || (sum !== undefined && checksums?.[sum] === expected)) return;
  throw new FilesError(
    'FILE_CONTENT_DIFFERS',
    'the checksum of the whole is not what was announced: send the parts again',
  );
}

function runsOf(parts: readonly StoredPart[]): PartRun[] {
  const runs: [size: number, count: number][] = [];
  for (const { size } of parts) {
    const last = runs.at(-1);
    if (last?.[0] === size) last[1]++;
    else runs.push([size, 1]);
  }
  return runs;
}

function unknown(): FilesError {
  return new FilesError(
    'UPLOAD_UNKNOWN',
    'there is no such upload: it was completed or aborted, or never begun',
  );
}
