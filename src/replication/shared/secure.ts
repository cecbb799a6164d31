/** The secrets of blocks that come in: in this node's own vault before the blocks count as stored. */
import { setTimeout as delay } from 'node:timers/promises';
import { KeysError } from '../../keys/keys-error.js';
import type { LogSecrets } from '../../ledger/log-secrets.js';
import type { SharedLog } from '../../ledger/shared-log.js';
import { RecordsError } from '../../records/records-error.js';
import type { NodeId } from '../protocol/term.js';
import type { ToSecure } from '../replica/fetching.js';
import { ReplicationError } from '../replication-error.js';
import type { SecretChannels } from './secret-channels.js';

export interface SecureParts {
  readonly origin: string;
  readonly secrets: Pick<SecretChannels, 'ask' | 'isLinked'>;
  readonly store: Pick<SharedLog, 'head'> & {
    readonly secrets: Pick<LogSecrets, 'adopt' | 'hasOfBlock'>;
  };
  /** Who may have them, the likeliest first. */
  readonly sources: () => readonly NodeId[];
}

/**
 * Secrets of the blocks of one log, as they come in. They are asked for while the blocks are still on their way: where the last
 * ones brought some. Where these brought none, as of persons who are known, it is looked first whether any is lacking.
 */
export class Securing {
  readonly #parts: SecureParts;
  /** What was asked for once is not asked for again because it is not carried up yet: only after a start. */
  #secured = 0;
  #areLikelyHere = false;

  constructor(parts: SecureParts) {
    this.#parts = parts;
  }

  /** Resolves when the secrets of all these blocks are here that are still anywhere. @throws as `secureBlocks`. */
  async secure(what: ToSecure): Promise<void> {
    const { length, signal, stored } = what;
    const from = Math.max(this.#parts.store.head.length, Math.min(this.#secured, stored));
    const lacking = this.#areLikelyHere ? await this.#firstLacking(from, what) : from;
    if (lacking < length) {
      const taken = await secureBlocks(this.#parts, lacking, length, signal);
      this.#areLikelyHere = taken === 0;
    }
    this.#secured = length;
  }

  async #firstLacking(from: number, { block, fetched, length }: ToSecure): Promise<number> {
    await fetched;
    for (let number = from; number < length; number++)
      if (!(await this.#hasSecretsOf(await block(number), number))) return number;
    return length;
  }

  async #hasSecretsOf(block: Uint8Array, number: number): Promise<boolean> {
    try {
      return await this.#parts.store.secrets.hasOfBlock(block, number);
    } catch (cause) {
      // What is wrong with it is found by whoever checks it.
      if (cause instanceof RecordsError) return false;
      throw cause;
    }
  }
}

/** Blocks of one question. */
const ASKED = 256;
const PAUSE_MILLIS = 250;

/**
 * Resolves when the secrets of all blocks between two lengths are here that are still anywhere: asks as long as `signal` allows.
 *
 * @returns how many were not here before.
 * @throws what `signal` was aborted with; what the store throws.
 */
async function secureBlocks(
  parts: SecureParts,
  from: number,
  length: number,
  signal: AbortSignal,
): Promise<number> {
  const { origin, secrets, sources, store } = parts;
  let [at, taken] = [from, 0];
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
    const count = await orNoRoom(store.secrets.adopt(given.secrets));
    if (count === null) await delay(PAUSE_MILLIS, undefined, { signal });
    else [at, taken] = [given.to, taken + count];
  }
  return taken;
}

/** Null where too many secrets wait for their commit: after a moment there is room. */
async function orNoRoom(taking: Promise<number>): Promise<number | null> {
  try {
    return await taking;
  } catch (cause) {
    if (cause instanceof KeysError && cause.code === 'KEYS_VAULT_PUSHBACK') return null;
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
