/**
 * Cosigns heads of logs that this node keeps, as any C2SP witness does: each only with the proof that it goes on from the one
 * before, which is remembered first (docs/formats/witness.md). That the head is on disk here is for the caller to know.
 */
import { join } from 'node:path';
import type { TreeSize } from '../../base/brand.js';
import { utf8 } from '../../base/bytes.js';
import type { Logger } from '../../base/logger.js';
import type { Clock } from '../../base/time.js';
import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import { LogWitness } from '../../checkpoint/log-witness.js';
import { readSignedCheckpoint } from '../../checkpoint/signed-checkpoint.js';
import { originHash, type WitnessedLog } from '../../checkpoint/witnessed-logs.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  makeDirectoryDurably,
} from '../../keys/durable-file.js';
import type { WitnessKeys } from '../../keys/witness-keys.js';
import { formatAddCheckpoint } from '../../tlog/add-checkpoint.js';
import { formatVerifierKey } from '../../tlog/note-key.js';
import { noteVerifier } from '../../tlog/signed-note.js';
import type { SignedHead } from '../replica/known-log.js';
import type { Refusal, WitnessWish } from './keeper-message.js';

export interface WitnessingOptions {
  /** `kept/` of the data directory, which is there. */
  readonly kept: string;
  readonly keys: WitnessKeys;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly files?: DurableFileSystem;
}

/** `line` is null where another size was cosigned than the wish goes on from. */
export type Cosigning =
  | { readonly kind: 'cosigned'; readonly size: TreeSize; readonly line: string | null }
  | { readonly kind: 'refused'; readonly why: Refusal };

/** Of what is kept of one log: some million heads. */
const MAX_BYTES_PER_LOG = 4 * 2 ** 30;

export class Witnessing {
  readonly #options: WitnessingOptions;
  readonly #directory: string;
  /** By origin. */
  readonly #logs = new Map<string, Promise<LogWitness>>();

  private constructor(options: WitnessingOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
  }

  /** The keys are closed with it. */
  static async open(options: WitnessingOptions): Promise<Witnessing> {
    const directory = join(options.kept, 'witness');
    await makeDirectoryDurably(directory, options.files);
    return new Witnessing(options, directory);
  }

  /** As others write it into their policies. */
  get verifierKey(): string {
    return formatVerifierKey(this.#options.keys.verifierKey);
  }

  /**
   * @param head that is checked, on disk here and remembered.
   * @throws CheckpointError WITNESS_FAILED, WITNESS_DAMAGED; KeysError KEYS_FILE_DAMAGED: nothing may be cosigned any more.
   */
  async cosign(head: SignedHead, { from, proof }: WitnessWish): Promise<Cosigning> {
    const log = witnessed(head);
    const witness = await this.#of(log);
    if (from > head.size) return { kind: 'cosigned', size: sizeOf(witness), line: null };
    const body = utf8(formatAddCheckpoint({ oldSize: from, proof, note: head.note }));
    try {
      const answer = await witness.add(readSignedCheckpoint(body, new Map([[log.origin, log]])));
      return answer.kind === 'cosigned'
        ? { kind: 'cosigned', size: head.size, line: answer.lines.trimEnd() }
        : { kind: 'cosigned', size: answer.size, line: null };
    } catch (cause) {
      const why = cause instanceof CheckpointError ? REFUSED[cause.code] : undefined;
      if (why === undefined) throw cause;
      // What is asked too often is asked again.
      return why === null
        ? { kind: 'cosigned', size: sizeOf(witness), line: null }
        : { kind: 'refused', why };
    }
  }

  async close(): Promise<void> {
    for (const log of this.#logs.values())
      await log.then(
        (one) => one.close(),
        () => undefined,
      );
    await this.#options.keys.close();
  }

  /** One that could not be opened stays so: the process ends. */
  #of(log: WitnessedLog): Promise<LogWitness> {
    const { clock, files = durableFileSystem, keys, logger } = this.#options;
    const known = this.#logs.get(log.origin);
    if (known !== undefined) return known;
    const path = join(this.#directory, `${log.originHash}.seen`);
    const opening = LogWitness.open({
      ...{ log, path, keys, clock, logger, files, maxBytes: MAX_BYTES_PER_LOG },
    });
    this.#logs.set(log.origin, opening);
    return opening;
  }
}

const REFUSED: Readonly<Partial<Record<CheckpointError['code'], Refusal | null>>> = {
  WITNESS_INCONSISTENT: 'unproven',
  WITNESS_FULL: 'full',
  WITNESS_BUSY: null,
};

function sizeOf({ seen }: LogWitness): TreeSize {
  return seen.newest?.size ?? (0 as TreeSize);
}

/** The log by the key that has signed this head: which keys those are was found out before. */
function witnessed({ key, origin }: SignedHead): WitnessedLog {
  return { origin, originHash: originHash(origin), keys: [key], verifiers: [noteVerifier(key)] };
}
