/** The directory of a monitor: what it remembers of each log, and the proof, once there is one. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../base/hash.js';
import { systemErrorCode } from '../../base/system-error.js';
import { EvidenceError } from '../../evidence/evidence-error.js';
import { MAX_MISBEHAVIOUR_BYTES } from '../../evidence/misbehaviour/misbehaviour-file.js';
import { verifyMisbehaviour } from '../../evidence/misbehaviour/verify-misbehaviour.js';
import { NO_TRUST } from '../../evidence/trust.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
  writeFileDurably,
} from '../../keys/durable-file.js';
import type { VerifierKey } from '../../tlog/note-key.js';
import { CliError } from '../cli-error.js';
import { exists, readFileUpTo } from '../files.js';
import { oneLine } from '../terminal.js';
import {
  formatMonitorState,
  MAX_STATE_BYTES,
  type MonitorState,
  parseMonitorState,
} from './monitor-state.js';

export class MonitorStore {
  readonly #directory: string;
  readonly #files: DurableFileSystem;

  constructor(directory: string, files: DurableFileSystem = durableFileSystem) {
    this.#directory = directory;
    this.#files = files;
  }

  /** All logs that it has seen. @throws CliError CLI_FILE; what is unreadable is not taken for absent. */
  async read(): Promise<readonly MonitorState[]> {
    const names = (await this.#names()).filter((name) => name.endsWith(STATE));
    if (names.length > MAX_LOGS)
      throw new CliError('CLI_FILE', `--state: more than ${MAX_LOGS} logs in one directory`);
    return Promise.all(names.map((name) => this.#readState(name)));
  }

  /** Durable when it returns. @throws CliError CLI_FILE. */
  async write(state: MonitorState): Promise<void> {
    await this.#write(fileNameOf(state.key, STATE), formatMonitorState(state));
  }

  /** Durable when it returns; the first proof of a log is kept. @returns where it is. */
  async keepProof(key: VerifierKey, proof: Uint8Array): Promise<string> {
    const name = fileNameOf(key, PROOF);
    const path = join(this.#directory, name);
    if (!(await holdsProof(path, key))) await this.#write(name, proof);
    return path;
  }

  async #readState(name: string): Promise<MonitorState> {
    const path = join(this.#directory, name);
    const bytes = await readFileUpTo(path, MAX_STATE_BYTES);
    try {
      const state = parseMonitorState(bytes);
      if (fileNameOf(state.key, STATE) !== name)
        throw new CliError('CLI_INPUT', 'it is of another log than its name says');
      return state;
    } catch (cause) {
      if (!(cause instanceof CliError)) throw cause;
      throw new CliError('CLI_FILE', `${oneLine(path)}: ${cause.message}`, { cause });
    }
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.#directory);
    } catch (cause) {
      const code = systemErrorCode(cause);
      if (code === 'ENOENT') return [];
      throw unusable(this.#directory, 'read', cause);
    }
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await makeDirectoryDurably(this.#directory, this.#files);
      // A crash before this returns leaves the one before, or this one: never a part of it.
      await writeFileDurably(join(this.#directory, name), bytes, 0o600, this.#files);
    } catch (cause) {
      throw unusable(this.#directory, 'written', cause);
    }
  }
}

const STATE = '.head.json';
const PROOF = '.misbehaviour.json';
const MAX_LOGS = 1_000;

function fileNameOf({ name: origin }: VerifierKey, ending: string): string {
  return `${sha256Hex(origin)}${ending}`;
}

/** Whether there is one of this log already. */
async function holdsProof(path: string, key: VerifierKey): Promise<boolean> {
  if (!(await exists(path))) return false;
  try {
    const bytes = await readFileUpTo(path, MAX_MISBEHAVIOUR_BYTES);
    // Of an earlier key of this log it is as good.
    const { result, origin } = verifyMisbehaviour(bytes, NO_TRUST);
    return result !== 'failed' && origin === key.name;
  } catch (cause) {
    if (cause instanceof CliError || cause instanceof EvidenceError) return false;
    throw cause;
  }
}

function unusable(path: string, verb: string, cause: unknown): CliError {
  const code = systemErrorCode(cause);
  if (code === null) throw cause;
  return new CliError('CLI_FILE', `${oneLine(path)}: it cannot be ${verb} (${code})`, { cause });
}
