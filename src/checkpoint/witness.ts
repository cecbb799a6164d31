/**
 * A witness (C2SP tlog-witness): cosigns the heads of the logs it was told of, as long as each goes on from
 * the one before, and keeps the signed checkpoints it saw, so that a log which shows different people
 * different histories convicts itself (docs/formats/witness.md, docs/decisions/0028-witnesses.md).
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '../base/bytes.js';
import type { HexDigest } from '../base/hex-digest.js';
import { Lifetime } from '../base/lifetime.js';
import type { Logger } from '../base/logger.js';
import { systemErrorCode } from '../base/system-error.js';
import type { Clock } from '../base/time.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  writeFileDurably,
} from '../keys/durable-file.js';
import type { WitnessKeys } from '../keys/witness-keys.js';
import { formatVerifierKey, type VerifierKey } from '../tlog/note-key.js';
import { CheckpointError } from './checkpoint-error.js';
import { LogWitness, type WitnessAnswer } from './log-witness.js';
import { readSignedCheckpoint } from './signed-checkpoint.js';
import type { WitnessedLog } from './witnessed-logs.js';

export interface WitnessOptions {
  readonly dataDirectory: string;
  readonly keys: WitnessKeys;
  readonly logs: readonly WitnessedLog[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the file of one log. */
  readonly maxBytesPerLog: number;
  /** Told once, when a durable step has failed: the process should end and be started again. */
  readonly onFailure: (error: CheckpointError) => void;
  readonly files?: DurableFileSystem;
}

const FORMAT = 'chirograph-witness 1\n';

export class Witness {
  readonly verifierKey: VerifierKey;
  readonly #byOrigin: ReadonlyMap<string, WitnessedLog>;
  readonly #byHash: ReadonlyMap<HexDigest, LogWitness>;
  readonly #onFailure: (error: CheckpointError) => void;
  #hasFailed = false;

  private constructor({ keys, logs, onFailure }: WitnessOptions, witnesses: readonly LogWitness[]) {
    this.verifierKey = keys.verifierKey;
    this.#byOrigin = new Map(logs.map((log) => [log.origin, log]));
    this.#byHash = new Map(witnesses.map((one) => [one.log.originHash, one]));
    this.#onFailure = onFailure;
  }

  /**
   * Makes the data directory if there is none. The caller closes the keys.
   *
   * @throws CheckpointError WITNESS_FORMAT_UNKNOWN, WITNESS_DAMAGED; KeysError KEYS_FILE_DAMAGED.
   */
  static async open(options: WitnessOptions): Promise<Witness> {
    const { dataDirectory, logs, files = durableFileSystem, maxBytesPerLog } = options;
    await prepareDirectory(dataDirectory, files);
    const witnesses: LogWitness[] = [];
    for (const log of logs) {
      const path = join(dataDirectory, `${log.originHash}.seen`);
      const { keys, clock, logger } = options;
      const parts = { log, path, keys, clock, logger, files, maxBytes: maxBytesPerLog };
      witnesses.push(await LogWitness.open(parts));
    }
    return new Witness(options, witnesses);
  }

  /** As others write it into their policies. */
  get verifierKeyText(): string {
    return formatVerifierKey(this.verifierKey);
  }

  /** In the order they were named. */
  get logs(): readonly LogWitness[] {
    return [...this.#byHash.values()];
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /**
   * @param body of C2SP tlog-witness, "add-checkpoint".
   * @throws TlogError and CheckpointError as `readSignedCheckpoint` and `LogWitness.add`.
   */
  async addCheckpoint(body: Uint8Array): Promise<WitnessAnswer> {
    const signed = readSignedCheckpoint(body, this.#byOrigin);
    const witness = this.log(signed.log.originHash);
    try {
      return await witness.add(signed);
    } catch (error) {
      const isFailure = error instanceof CheckpointError && error.code === 'WITNESS_FAILED';
      if (isFailure && !this.#hasFailed) {
        this.#hasFailed = true;
        this.#onFailure(error);
      }
      throw error;
    }
  }

  /** @throws CheckpointError WITNESS_LOG_UNKNOWN. */
  log(originHash: HexDigest): LogWitness {
    const found = this.#byHash.get(originHash);
    if (found !== undefined) return found;
    throw new CheckpointError(
      'WITNESS_LOG_UNKNOWN',
      'this witness does not know the log: see /logs',
    );
  }

  /** Waits for what is being kept. */
  async close(): Promise<void> {
    const lifetime = new Lifetime();
    for (const log of this.logs) lifetime.add(() => log.close());
    await lifetime.close();
  }
}

/** @throws CheckpointError WITNESS_FORMAT_UNKNOWN for a directory that is something else. */
async function prepareDirectory(directory: string, files: DurableFileSystem): Promise<void> {
  const path = join(directory, 'FORMAT');
  const format = await contentOf(path);
  if (format === FORMAT) return;
  await makeDirectoryDurably(directory, files);
  const names = await readdir(directory);
  if (format !== null || names.some((name) => name !== 'FORMAT.tmp'))
    throw new CheckpointError(
      'WITNESS_FORMAT_UNKNOWN',
      'the data directory is not one of a witness of this version: name another, or an empty one',
    );
  // A crash before this leaves an empty directory, or one with FORMAT.tmp alone.
  await writeFileDurably(path, utf8(FORMAT), 0o600, files);
}

async function contentOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return null;
    throw cause;
  }
}
