/**
 * How far this node has the content of drives that others write: one small file each, `files/copies/` (docs/formats/files.md).
 * What is lost of it is looked for again.
 */
import { join } from 'node:path';
import { COUNT, HANDLE, type JsonMembers } from '../../base/json-members.js';
import type { DurableFileSystem } from '../../keys/durable-file.js';
import { RecordFiles, type RecordShape } from '../../keys/record-files.js';
import { FilesError } from '../files-error.js';

export interface CopiesRecord {
  /** Handle of the ledger. */
  readonly ledger: string;
  /** Bytes of chunks that came from others. */
  readonly bytes: number;
  /** Of each log of the ledger, by its number: entries whose content is here, from the first on. */
  readonly sizes: ReadonlyMap<number, number>;
}

export class CopiesBook {
  readonly #records: RecordFiles<CopiesRecord>;
  readonly #known = new Map<string, CopiesRecord>();

  private constructor(records: RecordFiles<CopiesRecord>) {
    this.#records = records;
  }

  /** @param directory `files/` of the data directory. @throws FilesError FILES_DAMAGED, FILES_FORMAT_NEWER. */
  static async open(directory: string, files: DurableFileSystem): Promise<CopiesBook> {
    const records = await RecordFiles.open(join(directory, 'copies'), SHAPE, files);
    const book = new CopiesBook(records);
    for (const record of await records.all()) book.#known.set(record.ledger, record);
    return book;
  }

  of(ledger: string): CopiesRecord {
    return this.#known.get(ledger) ?? { ledger, bytes: 0, sizes: new Map() };
  }

  /** Of all ledgers. */
  get bytes(): number {
    return [...this.#known.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** They count at once; on disk with the next `put`. */
  addBytes(ledger: string, bytes: number): void {
    const record = this.of(ledger);
    this.#known.set(ledger, { ...record, bytes: record.bytes + bytes });
  }

  /** Durable when it returns. @param sizes the content of these entries is on disk. */
  async put(ledger: string, sizes: CopiesRecord['sizes']): Promise<void> {
    const record = { ...this.of(ledger), sizes };
    this.#known.set(ledger, record);
    await this.#records.put(record);
  }
}

/** Of one ledger: each after the first began where one was lost. */
const MAX_LOGS = 10_000;

const SHAPE: RecordShape<CopiesRecord> = {
  place: 'files/copies',
  nameOf: ({ ledger }) => ledger,
  toJson: ({ sizes, ...record }) => ({
    ...record,
    sizes: [...sizes].map(([log, size]) => ({ log, size })),
  }),
  read: (members: JsonMembers) => ({
    ledger: members.required('ledger', HANDLE),
    bytes: members.required('bytes', COUNT),
    sizes: new Map(members.objects('sizes', MAX_LOGS).map(readSize)),
  }),
  damaged: (place, reason) => damagedRecord(`${place} is not what was written: ${reason}`),
  newer: (place, format, known) =>
    new FilesError(
      'FILES_FORMAT_NEWER',
      `${place} has format ${format}; this version reads up to ${known}`,
    ),
};

function readSize(members: JsonMembers): [number, number] {
  const size: [number, number] = [members.required('log', COUNT), members.required('size', COUNT)];
  members.end();
  return size;
}

function damagedRecord(reason: string): FilesError {
  return new FilesError(
    'FILES_DAMAGED',
    `${reason}; take it away, and what it says is looked for again`,
  );
}
