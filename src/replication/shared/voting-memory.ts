/**
 * What a member without data remembers of the logs that it votes for, one small file each: `replicas/votes/`
 * (docs/formats/shared-ledger.md, "Memory"). What it has said that it knows others rest on, so what cannot be read is an
 * error and never a fresh start.
 */
import { join } from 'node:path';
import { sha256Hex } from '../../base/hash.js';
import { type DurableFileSystem, durableFileSystem } from '../../keys/durable-file.js';
import { RecordFiles, type RecordShape } from '../../keys/record-files.js';
import { END_SHAPE, groupToJson, shapeOf, SINCE_SHAPE, TERM_SHAPE } from '../group-shapes.js';
import type { LogView } from '../protocol/log-view.js';
import type { Term } from '../protocol/term.js';
import { textUpTo } from '../replica/announcement.js';
import { memoryRefusals } from '../replica/memory-refusals.js';

export interface VotingRecord {
  readonly origin: string;
  /** Its writer is believed, and nobody else, until a later one shows votes. */
  readonly believed: Term;
  readonly known: LogView;
}

export class VotingMemory {
  readonly #records: RecordFiles<VotingRecord>;

  private constructor(records: RecordFiles<VotingRecord>) {
    this.#records = records;
  }

  /** @param replicas the directory of `ReplicaLogs`, which has been opened. */
  static async open(
    replicas: string,
    files: DurableFileSystem = durableFileSystem,
  ): Promise<VotingMemory> {
    return new VotingMemory(await RecordFiles.open(join(replicas, 'votes'), SHAPE, files));
  }

  /** Of all logs. @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER. */
  all(): Promise<readonly VotingRecord[]> {
    return this.#records.all();
  }

  /** Durable when it returns. A crash before leaves what was remembered before. */
  remember(record: VotingRecord): Promise<void> {
    return this.#records.put(record);
  }

  /** This node is to have the log itself. Durable when it returns. */
  forget(origin: string): Promise<void> {
    return this.#records.remove(sha256Hex(origin));
  }
}

const SHAPE: RecordShape<VotingRecord> = {
  place: 'replicas/votes',
  nameOf: ({ origin }) => sha256Hex(origin),
  toJson: ({ origin, believed, known: { end, groups } }) => ({
    ...{ origin, believed: { ...believed } },
    end: {
      length: end.length,
      segments: end.segments.map(({ begins, term }) => ({ begins, term: { ...term } })),
    },
    groups: groups.map(({ block, group }) => ({ block, group: groupToJson(group) })),
  }),
  read: (members) => ({
    origin: members.required('origin', textUpTo(512)),
    believed: members.required('believed', shapeOf(TERM_SHAPE, 'a term')),
    known: {
      end: members.required('end', shapeOf(END_SHAPE, 'the end of a log')),
      groups: members.required('groups', shapeOf(SINCE_SHAPE, 'groups')),
    },
  }),
  ...memoryRefusals('put it back, or take it away and let this node hear all other members'),
};
