/**
 * The Hypercores of content that there are: one small file each, `files/logs/` (docs/formats/files.md). One that was not closed
 * is never written again: what a power cut tore off its end, others may have. A drive then goes on in another.
 */
import { join } from 'node:path';
import { toHex } from '../../base/bytes.js';
import { COUNT, HANDLE, type JsonMembers, textLike } from '../../base/json-members.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import { without } from '../../base/without.js';
import type { DurableFileSystem } from '../../keys/durable-file.js';
import { RecordFiles, type RecordShape } from '../../keys/record-files.js';
import { FilesError } from '../files-error.js';

export interface BlobLogRecord {
  /** 32 hex digits: what its keys are made of, with the tenant's. */
  readonly id: string;
  /** Names it in the index, for ever. */
  readonly number: number;
  /** Handles. */
  readonly tenant: string;
  readonly ledger: string;
  /** Blocks, of one that was closed and may be written again. */
  readonly closedAt?: number;
}

export class BlobLogBook {
  readonly #records: RecordFiles<BlobLogRecord>;
  readonly #random: RandomSource;
  readonly #known = new Map<number, BlobLogRecord>();

  private constructor(records: RecordFiles<BlobLogRecord>, random: RandomSource) {
    this.#records = records;
    this.#random = random;
  }

  /** @param directory `files/` of the data directory. @throws FilesError FILES_DAMAGED, FILES_FORMAT_NEWER. */
  static async open(
    directory: string,
    random: RandomSource,
    files: DurableFileSystem,
  ): Promise<BlobLogBook> {
    const records = await RecordFiles.open(join(directory, 'logs'), SHAPE, files);
    const book = new BlobLogBook(records, random);
    for (const record of await records.all()) book.#known.set(record.number, record);
    return book;
  }

  /** In the order of their numbers. */
  all(): readonly BlobLogRecord[] {
    return [...this.#known.values()].sort((one, other) => one.number - other.number);
  }

  numbered(number: number): BlobLogRecord | undefined {
    return this.#known.get(number);
  }

  /** Durable when it returns. A crash after it leaves one without blocks. */
  async begin(tenant: string, ledger: string): Promise<BlobLogRecord> {
    const number = Math.max(0, ...this.#known.keys()) + 1;
    return this.#put({ id: toHex(randomBytes(this.#random, 16)), number, tenant, ledger });
  }

  /** It is written again from here on. Durable when it returns: a crash later leaves it as one that was not closed. */
  reopen(record: BlobLogRecord): Promise<BlobLogRecord> {
    return this.#put(without(record, 'closedAt'));
  }

  /**
   * None is written again: the data are a copy, and whoever has the other may go on in them. A crash in it leaves some that
   * are gone on with, and the order that is given again.
   */
  async giveUp(): Promise<void> {
    for (const record of this.all()) if (record.closedAt !== undefined) await this.reopen(record);
  }

  /** All its blocks are on disk, and nothing will be added. Durable when it returns. */
  close(record: BlobLogRecord, closedAt: number): Promise<BlobLogRecord> {
    return this.#put({ ...record, closedAt });
  }

  async #put(record: BlobLogRecord): Promise<BlobLogRecord> {
    // No await between finding a number and taking it.
    this.#known.set(record.number, record);
    await this.#records.put(record);
    return record;
  }
}

const SHAPE: RecordShape<BlobLogRecord> = {
  place: 'files/logs',
  nameOf: ({ id }) => id,
  toJson: (record) => ({ ...record }),
  read: (members: JsonMembers) => {
    const closedAt = members.optional('closedAt', COUNT);
    return {
      id: members.required('id', textLike(/^[0-9a-f]{32}$/, '32 hex digits')),
      number: members.required('number', COUNT),
      tenant: members.required('tenant', textLike(/^[0-9a-f]{1,64}$/, 'a handle')),
      ledger: members.required('ledger', HANDLE),
      ...(closedAt !== undefined && { closedAt }),
    };
  },
  damaged: (place, reason) =>
    new FilesError(
      'FILES_DAMAGED',
      `${place} is not what was written: ${reason}; put it back from a backup, for without it nothing finds the content that it is of`,
    ),
  newer: (place, format, known) =>
    new FilesError(
      'FILES_FORMAT_NEWER',
      `${place} has format ${format}; this version reads up to ${known}`,
    ),
};
