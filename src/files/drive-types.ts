/** What is said of files and of their versions, wherever drives are talked of. */
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject } from '../base/canonical-json.js';
import type { HexDigest } from '../base/hex-digest.js';
import type { Receipt } from '../queries/receipt.js';
import type {
  FileChecksums,
  FileHeaders,
  FileLock,
  FilePut,
  FileSayings,
  PartRun,
} from './file-change.js';
import type { FilePath } from './file-path.js';
import type { Texts } from './texts.js';

/** Who writes, as the entries say. */
export interface FileActor {
  /** An identity, or `key:<API key id>`. */
  readonly author: string;
}

/** A version of a path, as of the size that was asked for. */
export interface Version {
  readonly path: FilePath;
  /** Leaf hash of the entry that made it. */
  readonly id: HexDigest;
  /** Index of that entry. */
  readonly index: number;
  readonly recordedAt: UnixMillis;
  readonly kind: 'file' | 'delete-marker';
  /** Made while the drive kept no versions. */
  readonly isNull: boolean;
  readonly isLatest: boolean;
  /** 0 of a delete marker. */
  readonly size: number;
  /** Without quotes; '' of a delete marker. */
  readonly etag: string;
  readonly mediaType: string;
  readonly checksums: FileChecksums | null;
  readonly author: string;
  readonly subject: string;
  readonly lock: FileLock | null;
  readonly hold: boolean;
  readonly tags: Texts;
  readonly acl: JsonObject | null;
}

/** Within the turn of the path, before anything is appended: what it throws is thrown. */
export type Condition = (newest: Version | null) => void;

export interface PutOptions extends FileSayings {
  readonly mediaType: string;
  /** Hex MD5 of the content without it. */
  readonly etag?: string;
  readonly checksums?: FileChecksums;
  readonly parts?: readonly PartRun[];
  readonly partSums?: readonly string[];
  readonly headers?: FileHeaders;
  readonly metadata?: Texts;
  readonly from?: NonNullable<FilePut['from']>;
  /** Permanent: put again under it, the same is answered; something else is refused by the ledger. 1–255 visible ASCII characters. */
  readonly idempotencyKey?: string;
  readonly condition?: Condition;
}

export interface Written {
  /** What was made, changed or taken out. */
  readonly version: Version;
  readonly receipt: Receipt;
}
