/**
 * Has the epoch log's heads cosigned, so that somebody else remembers how far it had come, and keeps the newest
 * head that enough witnesses signed. Nothing waits for it: what fails is tried again with the next epoch.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeSize } from '../base/brand.js';
import { equalBytes } from '../base/bytes.js';
import { JsonMembers, textLike } from '../base/json-members.js';
import type { Logger } from '../base/logger.js';
import { Rounds } from '../base/rounds.js';
import { formatStoredJson, parseStoredJson } from '../base/stored-json.js';
import { systemErrorCode } from '../base/system-error.js';
import type { Clock } from '../base/time.js';
import type { ProvenClaim } from '../checkpoint/witness-claim.js';
import {
  claimIn,
  contradictionOf,
  type NamedClaim,
  type WitnessClaim,
} from '../checkpoint/witness-memory.js';
import type { WitnessFailure, WitnessRounds } from '../checkpoint/witness-rounds.js';
import type { WitnessStatus } from '../checkpoint/witness-status.js';
import { writeFileDurably } from '../keys/durable-file.js';
import { parseCheckpoint } from '../tlog/checkpoint.js';
import { parseVerifierKey } from '../tlog/note-key.js';
import { parseSignedNote } from '../tlog/signed-note.js';
import type { WitnessPolicy } from '../tlog/witness-policy.js';
import { witnessVerdict } from '../tlog/witnessed.js';
import type { EpochHistory } from './epoch-history.js';
import { AnchoringError } from './errors.js';
import { lastEpoch } from './read-epoch.js';
import { type CosignedHead, WitnessedHeads } from './witnessed-heads.js';

export interface EpochWitnessesOptions {
  /** Of the epoch log that is written now. */
  readonly history: EpochHistory;
  readonly policy: WitnessPolicy;
  readonly rounds: Pick<WitnessRounds, 'round'>;
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether a witness said at the start how far the log had come. */
  readonly isCompared: boolean;
  /** Witnesses that said otherwise then, and showed nothing for it. */
  readonly unproven: readonly string[];
  /** Looks for the proof of what a witness says. */
  readonly weigh: (
    witness: string,
    said: ProvenClaim,
    signal: AbortSignal,
  ) => Promise<WitnessClaim>;
  /** Told once a witness has more of the log than there is, or another: nothing may be written any more. */
  readonly onContradiction: (reason: string) => void;
}

const FILE = 'witnessed.json';
const NOTE = textLike(/^[^\0]{1,65536}$/s, 'a note');

export class EpochWitnesses {
  readonly #options: EpochWitnessesOptions;
  readonly #turns = new Rounds(() => this.#tried());
  /** What they have cosigned so far. */
  readonly heads: WitnessedHeads;
  #status: WitnessStatus;

  private constructor(options: EpochWitnessesOptions, heads: WitnessedHeads) {
    this.#options = options;
    this.heads = heads;
    const size = heads.newest?.size ?? (0 as TreeSize);
    const { isCompared, unproven } = options;
    this.#status = { size, at: null, failures: [], isCompared, unproven, missed: 0 };
  }

  /** @throws AnchoringError ANCHOR_STATE_INVALID for a file that is not what was written. */
  static async open(options: EpochWitnessesOptions): Promise<EpochWitnesses> {
    const kept = await keptHead(options);
    return new EpochWitnesses(options, await WitnessedHeads.open(options.history, kept));
  }

  get status(): WitnessStatus {
    return this.#status;
  }

  /** Asks for the newest head, now or once what is under way is through. */
  begin(): void {
    this.#turns.begin();
  }

  /** Resolves when nothing is asked any more. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  stop(): Promise<void> {
    return this.#turns.stop();
  }

  async #tried(): Promise<void> {
    const { logger } = this.#options;
    try {
      await this.#round();
    } catch (error) {
      this.#status = { ...this.#status, missed: this.#status.missed + 1 };
      logger.warn('asking witnesses failed', { error });
    }
  }

  async #round(): Promise<void> {
    const { history, rounds, dataDirectory, clock, logger } = this.#options;
    const { epochs } = history.log;
    const { size } = epochs.head;
    if (lastEpoch(epochs) === null || size <= this.#status.size) return;
    const head = {
      note: await epochs.checkpointAt(size),
      proofFrom: (from: TreeSize) => epochs.consistencyProof(from, size),
    };
    const { note, isWitnessed, cosigned, failures } = await rounds.round(head, this.#turns.signal);
    const said = failures.map(({ witness, code }) => ({ witness, code }));
    // Who cosigns has compared; a quorum is not needed for that.
    const isCompared = this.#status.isCompared || cosigned.length > 0;
    const unproven = await this.#judge(failures, isCompared);
    // A policy that asks for nobody is satisfied by nobody: that is no witness.
    if (!isWitnessed || cosigned.length === 0) {
      const missed = this.#status.missed + 1;
      this.#status = { ...this.#status, failures: said, isCompared, unproven, missed };
      logger.warn('too few witnesses have cosigned the epoch log', { size, failures });
      return;
    }
    // A crash before this leaves an older head: the same is asked for again, and cosigned again.
    const bytes = formatStoredJson(FILE, { note });
    await writeFileDurably(join(dataDirectory, FILE), bytes, 0o600);
    await this.heads.take({ size, note });
    if (this.#status.missed > 0) logger.info('witnesses cosign again', { size });
    this.#status = { size, at: clock.now(), failures: said, isCompared, unproven, missed: 0 };
  }

  /** What was not known at the start because nobody answered. @returns who claims what it does not show. */
  async #judge(
    failures: readonly WitnessFailure[],
    isCompared: boolean,
  ): Promise<readonly string[]> {
    const { history, weigh, onContradiction, logger } = this.#options;
    const { size } = history.log.epochs.head;
    const claims: NamedClaim[] = [];
    for (const { witness, code, told } of failures) {
      const said = claimIn(code, told ?? (0 as TreeSize));
      // A size that is no larger is of a head that was asked for before.
      if (said === null || (said.kind === 'ahead' && said.size <= size)) continue;
      claims.push({ witness, ...(await weigh(witness, said, this.#turns.signal)) });
    }
    const unproven = claims.filter(({ isProven }) => !isProven).map(({ witness }) => witness);
    if (unproven.length > 0)
      logger.error('witnesses say that the epoch log is behind or another, and prove nothing', {
        size,
        claims,
      });
    const reason = contradictionOf(size, claims, isCompared);
    if (reason !== null) onContradiction(reason);
    return unproven;
  }
}

/** The head that is kept, where it is one of this log and satisfies the policy as it is now. */
async function keptHead(
  options: EpochWitnessesOptions,
): Promise<Omit<CosignedHead, 'verifierKey'> | null> {
  const note = await readKept(options.dataDirectory);
  if (note === null) return null;
  const { history, policy, clock } = options;
  const { epochs } = history.log;
  const log = parseVerifierKey(epochs.verifierKey);
  const { origin, size, rootHash } = parseCheckpoint(parseSignedNote(note).text);
  const { isWitnessed, cosigned } = witnessVerdict(note, policy, { log, now: clock.now() });
  if (!isWitnessed || cosigned.length === 0 || origin !== epochs.origin || size > epochs.head.size)
    return null;
  return equalBytes(await epochs.rootAt(size), rootHash) ? { size, note } : null;
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
