/**
 * What a replica remembers of the logs that it follows, one small file each, apart from the blocks: `replicas/heads/`
 * (docs/formats/replica.md). Whoever can make a replica forget can show it another history, so what cannot be
 * read is an error and never a fresh start.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256Digest, TreeSize, UnixMillis } from '../../base/brand.js';
import { equalBytes, sha256Digest, toBase64 } from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { sha256Hex } from '../../base/hash.js';
import { arrayOf, base64Of, COUNT, INSTANT, JsonMembers, oneOf } from '../../base/json-members.js';
import { formatStoredJson, parseStoredJson } from '../../base/stored-json.js';
import { systemErrorCode } from '../../base/system-error.js';
import { formatInstant } from '../../base/time.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  writeFileDurably,
} from '../../keys/durable-file.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import { parseCheckpoint } from '../../tlog/checkpoint.js';
import { type CompactRange, rootHash as rootOf } from '../../tlog/compact-range.js';
import { logBindingIn } from '../../tlog/log-binding.js';
import { parseSignedNote } from '../../tlog/signed-note.js';
import { TlogError } from '../../tlog/tlog-error.js';
import { ALARM_CODES, type ReplicaAlarm } from './alarm.js';
import { keysToJson, MAX_CHECKPOINT_CHARACTERS, readKeys, textUpTo } from './announcement.js';
import { ReplicaError } from './replica-error.js';
import type { Walk } from './walk.js';

export interface Remembered {
  readonly origin: string;
  readonly keys: readonly LogKeys[];
  /** The largest that was verified and stored, a signed note; null before the first. */
  readonly checkpoint: string | null;
  /** Of a reader, at that checkpoint; null of a blind replica. */
  readonly walk: Walk | null;
  /** Why the log is not followed any more. */
  readonly alarm: ReplicaAlarm | null;
}

const MODE = 0o600;

export class ReplicaMemory {
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
  ): Promise<ReplicaMemory> {
    const directory = join(replicas, 'heads');
    await makeDirectoryDurably(directory, files);
    return new ReplicaMemory(directory, files);
  }

  /** Null of a log that was never followed. @throws ReplicaError REPLICA_MEMORY_DAMAGED, REPLICA_MEMORY_NEWER. */
  async of(origin: string): Promise<Remembered | null> {
    const name = nameOf(origin, HEAD);
    let bytes: Uint8Array;
    try {
      bytes = await readFile(join(this.#directory, name));
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return null;
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
    const remembered = read(content, (reason) => damaged(name, reason));
    if (remembered.origin !== origin) throw damaged(name, 'it is of another log');
    return remembered;
  }

  /** Durable when it returns. A crash before leaves what was remembered before. */
  async remember(remembered: Remembered): Promise<void> {
    const name = nameOf(remembered.origin, HEAD);
    const bytes = formatStoredJson(placeOf(name), write(remembered));
    await writeFileDurably(join(this.#directory, name), bytes, MODE, this.#files);
  }

  /** Durable when it returns. @returns its path. */
  async keepProof(origin: string, proof: Uint8Array): Promise<string> {
    const path = join(this.#directory, nameOf(origin, PROOF));
    await writeFileDurably(path, proof, MODE, this.#files);
    return path;
  }

  /** Where the proof of a log is, if there is one. */
  proofPath(origin: string): string {
    return join(this.#directory, nameOf(origin, PROOF));
  }
}

const HEAD = '.json';
const PROOF = '.misbehaviour.json';

function nameOf(origin: string, ending: string): string {
  return `${sha256Hex(origin)}${ending}`;
}

function placeOf(name: string): string {
  return `replicas/heads/${name}`;
}

function write({ origin, keys, checkpoint, walk, alarm }: Remembered): JsonObject {
  return {
    ...(alarm !== null && {
      alarm: { at: formatInstant(alarm.at), code: alarm.code, detail: alarm.detail },
    }),
    ...(checkpoint !== null && { checkpoint }),
    keys: keys.map(keysToJson),
    origin,
    ...(walk !== null && {
      walk: {
        length: walk.length,
        // None only of an empty tree, whose size says so.
        ...(walk.tree.size > 0 && { peaks: walk.tree.peaks.map(toBase64) }),
        recordedAt: formatInstant(walk.recordedAt),
        size: walk.tree.size,
      },
    }),
  };
}

function read(content: JsonObject, refuse: (reason: string) => Error): Remembered {
  const members = new JsonMembers(content, refuse);
  const remembered = {
    origin: members.required('origin', textUpTo(512)),
    keys: readKeys(members, refuse),
    checkpoint: members.optional('checkpoint', textUpTo(MAX_CHECKPOINT_CHARACTERS)) ?? null,
    walk: content['walk'] === undefined ? null : readWalk(members.object('walk'), refuse),
    alarm: content['alarm'] === undefined ? null : readAlarm(members.object('alarm')),
  };
  members.end();
  const { checkpoint, walk } = remembered;
  if (walk !== null && checkpoint === null) throw refuse('it has a tree and no head');
  if (checkpoint !== null && !isOfHead(checkpoint, walk))
    throw refuse('its tree is not its head’s');
  return remembered;
}

function readWalk(members: JsonMembers, refuse: (reason: string) => Error): Walk {
  const length = members.required('length', COUNT);
  const size = members.required('size', COUNT) as TreeSize;
  const peaks = (members.optional('peaks', PEAKS) ?? []).map((peak): Sha256Digest =>
    sha256Digest(peak),
  );
  const recordedAt: UnixMillis = members.required('recordedAt', INSTANT);
  members.end();
  if (peaks.length !== bitsOf(size)) throw refuse('its tree has another size than it says');
  const tree: CompactRange = { size, peaks };
  return { length, tree, recordedAt };
}

const PEAKS = arrayOf(base64Of(32), 53);

function readAlarm(members: JsonMembers): ReplicaAlarm {
  const alarm = {
    at: members.required('at', INSTANT),
    code: members.required('code', oneOf(...ALARM_CODES)),
    detail: members.required('detail', textUpTo(1_024)),
  };
  members.end();
  return alarm;
}

/** That its signature verifies is looked at by whoever goes on from it. */
function isOfHead(note: string, walk: Walk | null): boolean {
  try {
    const { extensions, size, rootHash } = parseCheckpoint(parseSignedNote(note).text);
    const binding = logBindingIn(extensions, { refuseOthers: true });
    if (binding === undefined || walk === null) return binding !== undefined;
    return (
      walk.length === binding.length &&
      walk.tree.size === size &&
      equalBytes(rootOf(walk.tree), rootHash)
    );
  } catch (cause) {
    if (cause instanceof TlogError) return false;
    throw cause;
  }
}

function bitsOf(size: number): number {
  return size.toString(2).replaceAll('0', '').length;
}

function damaged(name: string, reason: string): ReplicaError {
  return new ReplicaError(
    'REPLICA_MEMORY_DAMAGED',
    `${placeOf(name)} is not what was written: ${reason}; put it back, for without it another history could pass for the log`,
  );
}
