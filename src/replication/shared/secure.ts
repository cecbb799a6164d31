/** The secrets of blocks that come in: in this node's own vault before the blocks count as stored. */
import { setTimeout as delay } from 'node:timers/promises';
import { KeysError } from '../../keys/keys-error.js';
import type { SharedLog } from '../../ledger/shared-log.js';
import type { NodeId } from '../protocol/term.js';
import { ReplicationError } from '../replication-error.js';
import type { SecretChannels } from './secret-channels.js';

export interface SecureParts {
  readonly origin: string;
  readonly secrets: Pick<SecretChannels, 'ask' | 'isLinked'>;
  readonly store: Pick<SharedLog, 'adoptSecrets' | 'head'>;
  /** Who may have them, the likeliest first. */
  readonly sources: () => readonly NodeId[];
}

/**
 * Secrets of the blocks of one log, as they come in. What was asked for once is not asked for with each block again, as long
 * as those blocks are not carried up: only after a start, when nobody knows what is here.
 */
export class Securing {
  readonly #parts: SecureParts;
  #secured = 0;

  constructor(parts: SecureParts) {
    this.#parts = parts;
  }

  /**
   * See `secureBlocks`.
   *
   * @param stored number of blocks that count as stored: any behind them may be others than were asked about before.
   */
  async upTo(length: number, stored: number, signal: AbortSignal): Promise<void> {
    const from = Math.max(this.#parts.store.head.length, Math.min(this.#secured, stored));
    await secureBlocks(this.#parts, from, length, signal);
    this.#secured = length;
  }
}

/** Blocks of one question. */
const ASKED = 256;
const PAUSE_MILLIS = 250;

/**
 * Resolves when the secrets of all blocks between two lengths are here that are still anywhere: asks as long as `signal` allows.
 *
 * @throws what `signal` was aborted with; what the store throws.
 */
async function secureBlocks(
  parts: SecureParts,
  from: number,
  length: number,
  signal: AbortSignal,
): Promise<void> {
  const { origin, secrets, sources, store } = parts;
  let at = from;
  for (let attempt = 0; at < length;) {
    const linked = sources().filter((node) => secrets.isLinked(node));
    const source = linked[attempt % Math.max(linked.length, 1)];
    const given =
      source === undefined
        ? null
        : await orNull(secrets.ask(source, { origin, from: at, to: Math.min(length, at + ASKED) }));
    signal.throwIfAborted();
    if (given === null) {
      attempt++;
      await delay(PAUSE_MILLIS, undefined, { signal });
      continue;
    }
    if (await isTaken(store.adoptSecrets(given.secrets))) at = given.to;
    else await delay(PAUSE_MILLIS, undefined, { signal });
  }
}

/** Too many secrets wait for their commit: after a moment there is room. */
async function isTaken(taking: Promise<void>): Promise<boolean> {
  try {
    await taking;
    return true;
  } catch (cause) {
    if (cause instanceof KeysError && cause.code === 'KEYS_VAULT_PUSHBACK') return false;
    throw cause;
  }
}

async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (cause) {
    if (cause instanceof ReplicationError && cause.code === 'REPLICATION_UNANSWERED') return null;
    throw cause;
  }
}
