/**
 * Whose log is whose: what this node was told of each log that it keeps for others, one small file each, `kept/logs/`
 * (docs/formats/keepers.md, "Memory"). By it a log is known again.
 */
import { join } from 'node:path';
import { sha256Hex } from '../../base/hash.js';
import { DIGEST } from '../../base/json-members.js';
import { type DurableFileSystem, durableFileSystem } from '../../keys/durable-file.js';
import { RecordFiles, type RecordShape } from '../../keys/record-files.js';
import type { NodeId } from '../protocol/term.js';
import { textUpTo } from '../replica/announcement.js';
import { memoryRefusals } from '../replica/memory-refusals.js';

export interface KeptRecord {
  readonly origin: string;
  /** C2SP verifier keys: of the log's first checkpoints, and of the tenant. */
  readonly firstKey: string;
  readonly recoveryKey: string;
  /** Against whose limits it counts. */
  readonly for: NodeId;
}

export class KeptBook {
  readonly #records: RecordFiles<KeptRecord>;

  private constructor(records: RecordFiles<KeptRecord>) {
    this.#records = records;
  }

  /** @param kept `kept/` of the data directory, which is there. */
  static async open(kept: string, files: DurableFileSystem = durableFileSystem): Promise<KeptBook> {
    return new KeptBook(await RecordFiles.open(join(kept, 'logs'), SHAPE, files));
  }

  /** @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER. */
  all(): Promise<readonly KeptRecord[]> {
    return this.#records.all();
  }

  /** Durable when it returns. A crash before leaves nothing of the log. */
  add(record: KeptRecord): Promise<void> {
    return this.#records.put(record);
  }
}

const SHAPE: RecordShape<KeptRecord> = {
  place: 'kept/logs',
  nameOf: ({ origin }) => sha256Hex(origin),
  toJson: (record) => ({ ...record }),
  read: (members) => ({
    origin: members.required('origin', textUpTo(512)),
    firstKey: members.required('firstKey', textUpTo(1_024)),
    recoveryKey: members.required('recoveryKey', textUpTo(1_024)),
    for: members.required('for', DIGEST) as string as NodeId,
  }),
  ...memoryRefusals('put it back, for without it another log could pass for that one'),
};
