/**
 * What has come of content that is not whole yet, of all drives of a node: `files/uploads/`. It is no history and no evidence, and
 * names files; so each row is sealed under the secret of whom the file is about, and means nothing once that is destroyed.
 */
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, openSealed, sealInPlace } from '../base/aead.js';
import { concat, fromHex, utf8 } from '../base/bytes.js';
import { canonicalJsonBytes, type JsonObject, parseCanonicalJson } from '../base/canonical-json.js';
import { hmacSha256 } from '../base/hash.js';
import { isJsonObject } from '../base/json-members.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import type { DurableFileSystem } from '../keys/durable-file.js';
import { makeDirectoryDurably } from '../keys/durable-file.js';
import { type KeyRange, RowDb } from '../ledger/row-db.js';
import { WalSync } from '../ledger/wal-sync.js';
import type { ContentSecret } from './chunks/content-writer.js';
import { FilesError } from './files-error.js';

/** Of a row: which ledger, which upload, and which part of it; 0 is the upload itself. */
export interface UploadKey {
  /** Handle. */
  readonly ledger: string;
  /** 32 hex digits. */
  readonly id: string;
  /** 0–10,000. */
  readonly part: number;
}

export interface UploadRow {
  readonly key: UploadKey;
  readonly content: JsonObject;
}

/** The secret of a row of the vault; null if it was destroyed. */
export type FindFilesSecret = (secretRow: Uint8Array) => Promise<Uint8Array | null>;

export class UploadBook {
  readonly #rows: RowDb;
  readonly #wal: WalSync;
  readonly #random: RandomSource;

  private constructor(rows: RowDb, wal: WalSync, random: RandomSource) {
    this.#rows = rows;
    this.#wal = wal;
    this.#random = random;
  }

  static async open(
    directory: string,
    random: RandomSource,
    files: DurableFileSystem,
  ): Promise<UploadBook> {
    await makeDirectoryDurably(directory, files);
    const rows = await RowDb.open(directory, { isFrugal: true });
    return new UploadBook(rows, new WalSync(directory, files), random);
  }

  /** On disk when it returns. A crash before leaves the row that was there, or none. */
  async put(
    key: UploadKey,
    content: JsonObject,
    { filesSecret, secretRow }: Pick<ContentSecret, 'filesSecret' | 'secretRow'>,
  ): Promise<void> {
    const row = rowKey(key);
    const plaintext = canonicalJsonBytes(content);
    const nonce = randomBytes(this.#random, AEAD_NONCE_LENGTH);
    const sealed = concat(plaintext, new Uint8Array(AEAD_TAG_LENGTH));
    sealInPlace(sealed, rowSecret(filesSecret), nonce, row);
    const value = concat(new Uint8Array([FORMAT]), secretRow, nonce, sealed);
    await this.#rows.write({ put: [[row, value]] });
    await this.#wal.sync();
  }

  /** Null where there is none, or where it has been forgotten. @throws FilesError FILES_DAMAGED. */
  async get(key: UploadKey, find: FindFilesSecret): Promise<JsonObject | null> {
    const row = rowKey(key);
    const value = await this.#rows.get(row);
    return value === null ? null : this.#open(row, value, find);
  }

  /** Uploads of a ledger, none of their parts. */
  async uploadsOf(ledger: string, find: FindFilesSecret): Promise<UploadRow[]> {
    const range = rangeOf(UPLOAD, fromHex(ledger));
    return this.#all(range, find, Infinity);
  }

  /** In order of numbers, those above `after`. */
  async partsOf(
    ledger: string,
    id: string,
    after: number,
    limit: number,
    find: FindFilesSecret,
  ): Promise<UploadRow[]> {
    const { lt } = rangeOf(PART, fromHex(ledger), fromHex(id));
    return this.#all({ gte: rowKey({ ledger, id, part: after + 1 }), lt }, find, limit);
  }

  /** An upload with all its parts. Not synced: what comes back after a power cut is forgotten again. */
  async forget(ledger: string, id: string): Promise<void> {
    await this.#rows.write({ put: [], remove: [rowKey({ ledger, id, part: 0 })] });
    await this.#rows.clear(rangeOf(PART, fromHex(ledger), fromHex(id)));
  }

  async close(): Promise<void> {
    await this.#wal.sync();
    await this.#rows.close();
  }

  async #all(range: KeyRange, find: FindFilesSecret, limit: number): Promise<UploadRow[]> {
    const found: UploadRow[] = [];
    for await (const [row, value] of this.#rows.rows(range, { limit })) {
      const content = await this.#open(row, value, find);
      if (content !== null) found.push({ key: keyOf(row), content });
    }
    return found;
  }

  async #open(
    row: Uint8Array,
    value: Uint8Array,
    find: FindFilesSecret,
  ): Promise<JsonObject | null> {
    if (value[0] !== FORMAT || value.length < SEALED_AT + AEAD_TAG_LENGTH) throw damaged();
    const secret = await find(value.subarray(1, NONCE_AT));
    if (secret === null) return null;
    const nonce = value.subarray(NONCE_AT, SEALED_AT);
    const bytes = openSealed(value.subarray(SEALED_AT), rowSecret(secret), nonce, row);
    if (bytes === null) throw damaged();
    const content = parseCanonicalJson(bytes);
    if (!isJsonObject(content)) throw damaged();
    return content;
  }
}

const FORMAT = 1;
const NONCE_AT = 17;
const SEALED_AT = NONCE_AT + AEAD_NONCE_LENGTH;
const LABEL = utf8('chirograph/upload/1\0');
const UPLOAD = 0x55;
const PART = 0x50;

function rowSecret(filesSecret: Uint8Array): Uint8Array {
  return hmacSha256(filesSecret, LABEL);
}

/** `U` or `P` ‖ handle (8) ‖ id (16), and of a part its number, u16. */
function rowKey({ ledger, id, part }: UploadKey): Uint8Array {
  const head = concat(new Uint8Array([part === 0 ? UPLOAD : PART]), fromHex(ledger), fromHex(id));
  return part === 0 ? head : concat(head, new Uint8Array([part >>> 8, part & 0xff]));
}

function keyOf(row: Uint8Array): UploadKey {
  const hex = Buffer.from(row).toString('hex');
  const part = row.length === 27 ? ((row[25] ?? 0) << 8) | (row[26] ?? 0) : 0;
  return { ledger: hex.slice(2, 18), id: hex.slice(18, 50), part };
}

function rangeOf(kind: number, ...parts: readonly Uint8Array[]): KeyRange {
  const gte = concat(new Uint8Array([kind]), ...parts);
  const lt = concat(gte, new Uint8Array(40).fill(0xff));
  return { gte, lt };
}

function damaged(): FilesError {
  return new FilesError(
    'FILES_DAMAGED',
    'a row of files/uploads is not what was written: abort the upload, and send the file again',
  );
}
