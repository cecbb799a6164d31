/**
 * Whose log is whose: what this node was told of each log that it keeps for others, one small file each, `kept/logs/`
 * (docs/formats/keepers.md, "Memory"). By it a log is known again, so what cannot be read is an error and never a fresh start.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../base/canonical-json.js';
import { sha256Hex } from '../../base/hash.js';
import { DIGEST, JsonMembers } from '../../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../../base/stored-json.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  writeFileDurably,
} from '../../keys/durable-file.js';
import type { NodeId } from '../protocol/term.js';
import { textUpTo } from '../replica/announcement.js';
import { ReplicaError } from '../replica/replica-error.js';

export interface KeptRecord {
  readonly origin: string;
  /** C2SP verifier keys: of the log's first checkpoints, and of the tenant. */
  readonly firstKey: string;
  readonly recoveryKey: string;
  /** Against whose limits it counts. */
  readonly for: NodeId;
}

const MODE = 0o600;

export class KeptBook {
  readonly #directory: string;
  readonly #files: DurableFileSystem;

  private constructor(directory: string, files: DurableFileSystem) {
    this.#directory = directory;
    this.#files = files;
  }

  /** @param kept `kept/` of the data directory, which is there. */
  static async open(kept: string, files: DurableFileSystem = durableFileSystem): Promise<KeptBook> {
    const directory = join(kept, 'logs');
    await makeDirectoryDurably(directory, files);
    return new KeptBook(directory, files);
  }

  /** @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER. */
  async all(): Promise<readonly KeptRecord[]> {
    const names = (await readdir(this.#directory)).filter((name) => NAME.test(name)).sort();
    return Promise.all(names.map((name) => this.#read(name)));
  }

  /** Durable when it returns. A crash before leaves nothing of the log. */
  async add(record: KeptRecord): Promise<void> {
    const name = nameOf(record.origin);
    const bytes = formatStoredJson(placeOf(name), { ...record });
    await writeFileDurably(join(this.#directory, name), bytes, MODE, this.#files);
  }

  async #read(name: string): Promise<KeptRecord> {
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

function fromJson(content: JsonObject, refuse: (reason: string) => Error): KeptRecord {
  const members = new JsonMembers(content, refuse);
  const record = {
    origin: members.required('origin', textUpTo(512)),
    firstKey: members.required('firstKey', textUpTo(1_024)),
    recoveryKey: members.required('recoveryKey', textUpTo(1_024)),
    for: members.required('for', DIGEST) as string as NodeId,
  };
  members.end();
  return record;
}

const NAME = /^[0-9a-f]{64}\.json$/;

function nameOf(origin: string): string {
  return `${sha256Hex(origin)}.json`;
}

function placeOf(name: string): string {
  return `kept/logs/${name}`;
}

function damaged(name: string, reason: string): ReplicaError {
  return new ReplicaError(
    'REPLICA_MEMORY_DAMAGED',
    `${placeOf(name)} is not what was written: ${reason}; put it back, for without it another log could pass for that one`,
  );
}
