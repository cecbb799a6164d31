/**
 * What a member without data remembers of the logs that it votes for, one small file each: `replicas/votes/`
 * (docs/formats/shared-ledger.md, "Memory"). What it has said that it knows others rest on, so what cannot be read is an
 * error and never a fresh start.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../base/canonical-json.js';
import { sha256Hex } from '../../base/hash.js';
import { JsonMembers } from '../../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../../base/stored-json.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  removeFileDurably,
  writeFileDurably,
} from '../../keys/durable-file.js';
import { END_SHAPE, groupToJson, shapeOf, SINCE_SHAPE, TERM_SHAPE } from '../group-shapes.js';
import type { LogView } from '../protocol/log-view.js';
import type { Term } from '../protocol/term.js';
import { textUpTo } from '../replica/announcement.js';
import { ReplicaError } from '../replica/replica-error.js';

export interface VotingRecord {
  readonly origin: string;
  /** Its writer is believed, and nobody else, until a later one shows votes. */
  readonly believed: Term;
  readonly known: LogView;
}

const MODE = 0o600;

export class VotingMemory {
  readonly #directory: string;
  readonly #files: DurableFileSystem;

  private constructor(directory: string, files: DurableFileSystem) {
    this.#directory = directory;
    this.#files = files;
  }

  /** @param replicas the directory of `ReplicaLogs`, which has been opened. */
  static async open(
    replicas: string,
    files: DurableFileSystem = durableFileSystem,
  ): Promise<VotingMemory> {
    const directory = join(replicas, 'votes');
    await makeDirectoryDurably(directory, files);
    return new VotingMemory(directory, files);
  }

  /** Of all logs. @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER. */
  async all(): Promise<readonly VotingRecord[]> {
    const names = (await readdir(this.#directory)).filter((name) => NAME.test(name)).sort();
    return Promise.all(names.map((name) => this.#read(name)));
  }

  /** Durable when it returns. A crash before leaves what was remembered before. */
  async remember(record: VotingRecord): Promise<void> {
    const name = nameOf(record.origin);
    const bytes = formatStoredJson(placeOf(name), toJson(record));
    await writeFileDurably(join(this.#directory, name), bytes, MODE, this.#files);
  }

  /** This node is to have the log itself. Durable when it returns. */
  async forget(origin: string): Promise<void> {
    await removeFileDurably(join(this.#directory, nameOf(origin)), this.#files);
  }

  async #read(name: string): Promise<VotingRecord> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(join(this.#directory, name));
    } catch {
      throw damaged(name, 'it cannot be read');
    }
    const content = parseStoredJson(placeOf(name), bytes, {
      damaged: (reason) => damaged(name, reason),
      newer: (format, known) =>
        new ReplicaError(
          'REPLICA_MEMORY_NEWER',
          `${placeOf(name)} has format ${format}; this version reads up to ${known}`,
        ),
    });
    const record = fromJson(content, (reason) => damaged(name, reason));
    if (nameOf(record.origin) !== name) throw damaged(name, 'it is of another log');
    return record;
  }
}

function toJson({ origin, believed, known: { end, groups } }: VotingRecord): JsonObject {
  return {
    ...{ origin, believed: { ...believed } },
    end: {
      length: end.length,
      segments: end.segments.map(({ begins, term }) => ({ begins, term: { ...term } })),
    },
    groups: groups.map(({ block, group }) => ({ block, group: groupToJson(group) })),
  };
}

function fromJson(content: JsonObject, refuse: (reason: string) => Error): VotingRecord {
  const members = new JsonMembers(content, refuse);
  const record = {
    origin: members.required('origin', textUpTo(512)),
    believed: members.required('believed', shapeOf(TERM_SHAPE, 'a term')),
    known: {
      end: members.required('end', shapeOf(END_SHAPE, 'the end of a log')),
      groups: members.required('groups', shapeOf(SINCE_SHAPE, 'groups')),
    },
  };
  members.end();
  return record;
}

const NAME = /^[0-9a-f]{64}\.json$/;

function nameOf(origin: string): string {
  return `${sha256Hex(origin)}.json`;
}

function placeOf(name: string): string {
  return `replicas/votes/${name}`;
}

function damaged(name: string, reason: string): ReplicaError {
  return new ReplicaError(
    'REPLICA_MEMORY_DAMAGED',
    `${placeOf(name)} is not what was written: ${reason}; put it back, or take it away and let this node hear all other members`,
  );
}
