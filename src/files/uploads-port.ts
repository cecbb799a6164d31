/** Content that comes in parts, in any order, over days: S3's multipart, resumable uploads. */
import type { UnixMillis } from '../base/brand.js';
import type { Condition, FileActor, PutOptions, Written } from './drive-types.js';
import type { FilePath } from './file-path.js';
import type { ChecksumName, StoredContent } from './stored-content.js';

export interface Upload {
  /** 32 hex digits; whoever has it may go on with it. */
  readonly id: string;
  readonly path: FilePath;
  readonly subject: string;
  readonly author: string;
  readonly begunAt: UnixMillis;
  /** What its file is put with in the end. */
  readonly options: UploadOptions;
}

/** As they are kept: no condition, and nothing that its parts say. */
export type UploadOptions = Omit<
  PutOptions,
  'condition' | 'idempotencyKey' | 'checksums' | 'etag' | 'parts' | 'partSums' | 'from'
> & {
  /** Algorithm of the checksums of parts, and whether the file gets one of the whole or of theirs. */
  readonly sum?: ChecksumName;
  readonly sumType?: 'FULL_OBJECT' | 'COMPOSITE';
};

export interface UploadPart {
  /** 1–10,000. */
  readonly number: number;
  readonly size: number;
  /** Hex MD5. */
  readonly etag: string;
  readonly sums: StoredContent['sums'];
  readonly storedAt: UnixMillis;
}

export interface UploadList {
  readonly items: readonly Upload[];
  readonly isTruncated: boolean;
}

export interface CompletedPart {
  readonly number: number;
  /** Must be that of the part, where it is given. */
  readonly etag?: string;
  readonly sums?: StoredContent['sums'];
}

export interface CompleteOptions {
  /** All but the last must have so many: UPLOAD_PARTS_REFUSED otherwise. */
  readonly minPartBytes?: number;
  readonly condition?: Condition;
  /** Of the upload's algorithm, base64: the whole must have it, or FILE_CONTENT_DIFFERS. */
  readonly checksum?: string;
}

export interface UploadsPort {
  /** On disk when it returns. @throws FilesError UPLOAD_LIMIT. */
  begin(
    by: FileActor,
    path: FilePath,
    options: UploadOptions & { readonly subject?: string },
  ): Promise<Upload>;
  /** @throws FilesError UPLOAD_UNKNOWN. */
  find(id: string): Promise<Upload>;
  /** By path, then id; only those behind `after`. */
  list(question: {
    readonly prefix?: string;
    readonly after?: { readonly path: string; readonly id?: string };
    readonly limit: number;
  }): Promise<UploadList>;
  /** In place of an earlier one of that number; on disk when it returns. @param number 1–10,000. @throws FilesError UPLOAD_UNKNOWN, UPLOAD_LIMIT. */
  addPart(id: string, number: number, content: StoredContent): Promise<UploadPart>;
  /** By number. @throws FilesError UPLOAD_UNKNOWN. */
  parts(id: string, after: number, limit: number): Promise<readonly UploadPart[]>;
  /**
   * Makes a version of some of its parts, in that order, and forgets the upload. Asked again after that, UPLOAD_UNKNOWN.
   * @throws FilesError UPLOAD_UNKNOWN, UPLOAD_PART_UNKNOWN, UPLOAD_PARTS_REFUSED; as `put`.
   */
  complete(
    by: FileActor,
    id: string,
    parts: readonly CompletedPart[],
    options?: CompleteOptions,
  ): Promise<Written>;
  /** @throws FilesError UPLOAD_UNKNOWN. */
  abort(id: string): Promise<void>;
}
