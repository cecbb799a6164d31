/**
 * Has heads cosigned by the witnesses of a policy, all at once, and says whether that was enough. A witness
 * that fails is left alone for a while and holds up no other; nothing here holds up a write.
 */
import { BackOff } from '../base/back-off.js';
import type { TreeSize } from '../base/brand.js';
import { ChirographError } from '../base/errors.js';
import type { Clock } from '../base/time.js';
import type { SendOutbound } from '../keys/outbound-message.js';
import { parseCheckpoint } from '../tlog/checkpoint.js';
import type { VerifierKey } from '../tlog/note-key.js';
import {
  formatSignedNote,
  MAX_NOTE_SIGNATURES,
  type NoteSignature,
  parseSignedNote,
} from '../tlog/signed-note.js';
import type { PolicyWitness, WitnessPolicy } from '../tlog/witness-policy.js';
import { type WitnessVerdict, witnessVerdict } from '../tlog/witnessed.js';
import { askWitness, type HeadToWitness } from './ask-witness.js';
import { WitnessClientError } from './witness-client-error.js';

export interface WitnessRoundsOptions {
  readonly policy: WitnessPolicy;
  readonly send: SendOutbound;
  readonly clock: Clock;
  /** The log that is asked for, where the policy lists none. */
  readonly log?: VerifierKey;
  readonly onFailure?: (failure: WitnessFailure, error: unknown) => void;
}

export interface WitnessFailure {
  /** As the policy names it. */
  readonly witness: string;
  readonly code: string;
  readonly reason: string;
  /** What it said last that it has of the log; null if nothing is known. */
  readonly told: TreeSize | null;
}

export interface WitnessRound extends WitnessVerdict {
  /** The checkpoint with the cosignatures that were got behind its own signatures. */
  readonly note: string;
  readonly failures: readonly WitnessFailure[];
}

const FIRST_PAUSE_MILLIS = 30_000;
const LONGEST_PAUSE_MILLIS = 15 * 60_000;
/** Of which sizes are remembered; the rest are asked for again. */
const MAX_REMEMBERED = 10_000;

export class WitnessRounds {
  readonly #options: WitnessRoundsOptions;
  /** By the names of the policy. */
  readonly #pauses: ReadonlyMap<string, BackOff>;
  /** What each witness has of each log, as it said itself: a place to prove from, and nothing else. */
  readonly #sizes = new Map<string, TreeSize>();

  constructor(options: WitnessRoundsOptions) {
    this.#options = options;
    this.#pauses = new Map(
      options.policy.witnesses.map(({ name }) => [
        name,
        new BackOff(FIRST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS),
      ]),
    );
  }

  /** @throws TlogError for a note that is no checkpoint; nothing that a witness does. */
  async round(head: HeadToWitness, signal?: AbortSignal): Promise<WitnessRound> {
    const { policy, clock, log, onFailure } = this.#options;
    const signed = parseSignedNote(head.note);
    const { origin } = parseCheckpoint(signed.text);
    const failures: WitnessFailure[] = [];
    const got = await Promise.all(
      policy.witnesses.map(async (witness): Promise<readonly NoteSignature[]> => {
        try {
          return [await this.#ask(witness, origin, head, signal)];
        } catch (error) {
          if (!(error instanceof ChirographError)) throw error;
          const { name } = witness;
          const told = this.#sizes.get(`${name}\n${origin}`) ?? null;
          const failure = { witness: name, code: String(error.code), reason: error.message, told };
          failures.push(failure);
          onFailure?.(failure, error);
          return [];
        }
      }),
    );
    // More than a note can carry would make one that nobody reads.
    const signatures = [...signed.signatures, ...got.flat()].slice(0, MAX_NOTE_SIGNATURES);
    const note = formatSignedNote({ text: signed.text, signatures });
    const now = clock.now();
    const verdict = witnessVerdict(note, policy, { now, ...(log !== undefined && { log }) });
    return { note, failures, ...verdict };
  }

  async #ask(
    { name, key, url }: PolicyWitness,
    origin: string,
    head: HeadToWitness,
    signal: AbortSignal | undefined,
  ): Promise<NoteSignature> {
    const { send, clock } = this.#options;
    if (url === null)
      throw new WitnessClientError('WITNESS_WITHOUT_URL', 'the policy has no URL for this witness');
    const pause = this.#pauses.get(name);
    if (pause?.isOn(clock.now()) === true)
      throw new WitnessClientError(
        'WITNESS_RESTING',
        `the witness failed of late and is left alone for a while: ${pause.outage?.reason ?? ''}`,
      );
    const place = `${name}\n${origin}`;
    try {
      const signature = await askWitness({ key, url }, head, {
        ...{ send, clock, oldSize: this.#sizes.get(place) ?? (0 as TreeSize) },
        onSize: (size) => {
          this.#remember(place, size);
        },
        ...(signal !== undefined && { signal }),
      });
      pause?.succeeded();
      return signature;
    } catch (error) {
      // The next head will do better by itself.
      const isAhead = error instanceof WitnessClientError && error.code === 'WITNESS_AHEAD';
      if (error instanceof ChirographError && !isAhead)
        pause?.failed(clock.now(), String(error.code));
      throw error;
    }
  }

  #remember(place: string, size: TreeSize): void {
    if (!this.#sizes.has(place) && this.#sizes.size >= MAX_REMEMBERED) return;
    this.#sizes.set(place, size);
  }
}
