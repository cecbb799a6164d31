/**
 * Has the epoch log's heads cosigned, so that somebody else remembers how far it had come, and keeps the newest
 * head that enough witnesses signed. Nothing waits for it: what fails is tried again with the next epoch.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from '../base/brand.js';
import { JsonMembers, textLike } from '../base/json-members.js';
import type { Logger } from '../base/logger.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { systemErrorCode } from '../base/system-error.js';
import type { Clock } from '../base/time.js';
import type { WitnessRounds } from '../checkpoint/witness-rounds.js';
import type { WitnessStatus } from '../checkpoint/witness-status.js';
import { writeFileDurably } from '../keys/durable-file.js';
import type { LogReader } from '../ledger/log-reader.js';
import { parseCheckpoint } from '../tlog/checkpoint.js';
import { parseVerifierKey } from '../tlog/note-key.js';
import { parseSignedNote } from '../tlog/signed-note.js';
import type { WitnessPolicy } from '../tlog/witness-policy.js';
import { witnessVerdict } from '../tlog/witnessed.js';
import { AnchoringError } from './errors.js';
import { lastEpoch } from './read-epoch.js';

export interface EpochWitnessesOptions {
  /** The epoch log that is written now. */
  readonly epochs: LogReader;
  readonly policy: WitnessPolicy;
  readonly rounds: Pick<WitnessRounds, 'round'>;
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const FILE = 'witnessed.json';
const NOTE = textLike(/^[^\0]{1,65536}$/s, 'a note');

export class EpochWitnesses {
  readonly #options: EpochWitnessesOptions;
  readonly #stopping = new AbortController();
  #status: WitnessStatus;
  #isAsked = false;
  #running: Promise<void> | null = null;

  private constructor(options: EpochWitnessesOptions, size: TreeSize) {
    this.#options = options;
    this.#status = { size, at: null, failures: [], missed: 0 };
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID for a file that is not what was written. */
  static async open(options: EpochWitnessesOptions): Promise<EpochWitnesses> {
    return new EpochWitnesses(options, await keptSize(options));
  }

  get status(): WitnessStatus {
    return this.#status;
  }

  /** Asks for the newest head, now or once what is under way is through. */
  begin(): void {
    this.#isAsked = true;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is asked any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { logger } = this.#options;
    while (this.#isAsked && !this.#stopping.signal.aborted) {
      this.#isAsked = false;
      try {
        await this.#round();
      } catch (error) {
        this.#status = { ...this.#status, missed: this.#status.missed + 1 };
        logger.warn('asking witnesses failed', { error });
      }
    }
    this.#running = null;
  }

  async #round(): Promise<void> {
    const { epochs, rounds, dataDirectory, clock, logger } = this.#options;
    const { size } = epochs.head;
    if (lastEpoch(epochs) === null || size <= this.#status.size) return;
    const head = {
      note: await epochs.checkpointAt(size),
      proofFrom: (from: TreeSize) => epochs.consistencyProof(from, size),
    };
    const { note, isWitnessed, failures } = await rounds.round(head, this.#stopping.signal);
    const said = failures.map(({ witness, code }) => ({ witness, code }));
    if (!isWitnessed) {
      this.#status = { ...this.#status, failures: said, missed: this.#status.missed + 1 };
      logger.warn('too few witnesses have cosigned the epoch log', { size, failures });
      return;
    }
    // A crash before this leaves an older head: the same is asked for again, and cosigned again.
    const bytes = formatStoredJson(FILE, { note });
    await writeFileDurably(join(dataDirectory, FILE), bytes, 0o600);
    if (this.#status.missed > 0) logger.info('witnesses cosign again', { size });
    this.#status = { size, at: clock.now(), failures: said, missed: 0 };
  }
}

/** Of the head that is kept, where it is of this log and satisfies the policy as it is now. */
async function keptSize(options: EpochWitnessesOptions): Promise<TreeSize> {
  const note = await readKept(options.dataDirectory);
  if (note === null) return 0 as TreeSize;
  const { epochs, policy, clock } = options;
  const log = parseVerifierKey(epochs.verifierKey);
  const { origin, size } = parseCheckpoint(parseSignedNote(note).text);
  const { isWitnessed } = witnessVerdict(note, policy, { log, now: clock.now() });
  return isWitnessed && origin === epochs.origin ? size : (0 as TreeSize);
}

/** The newest note that satisfied the policy of when it was kept; null if there is none. */
export async function readKept(dataDirectory: string): Promise<string | null> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(dataDirectory, FILE));
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return null;
    throw cause;
  }
  const content = parseStoredJson(FILE, bytes, {
    damaged: (reason) => invalid(reason),
    newer: (format, known) => invalid(`it has format ${format}; this version reads up to ${known}`),
  });
  const members = new JsonMembers(content, invalid);
  const note = members.required('note', NOTE);
  members.end();
  return note;
}

function invalid(reason: string): AnchoringError {
  return new AnchoringError(
    'ANCHOR_STATE_INVALID',
    `${FILE} is not what was written: ${reason}; without it the witnesses are asked again`,
  );
}
