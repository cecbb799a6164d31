/** The tail of a shared ledger, and what becomes of what it tells. */
import type { Logger } from '../../base/logger.js';
import { KeysError } from '../../keys/keys-error.js';
import { LedgerError } from '../../ledger/ledger-error.js';
import { RecordsError } from '../../records/records-error.js';
import type { LogView } from '../protocol/log-view.js';
import type { NodeId } from '../protocol/term.js';
import { ReplicaError } from '../replica/replica-error.js';
import { Tail } from '../replica/tail.js';
import { Securing } from './secure.js';
import type { SharedLedgerOptions } from './shared-options.js';

export interface TailUser {
  /** By following: on disk, with the secrets that it rests on. */
  stored(view: LogView): void;
  /** It is not followed any more. */
  alarmed(): void;
  /** Whom to ask for secrets, the likeliest first. */
  readonly sources: readonly NodeId[];
}

/** @param user null as long as there is none: what is there at the start is told to nobody. */
export function openTail(options: SharedLedgerOptions, user: () => TailUser | null): Promise<Tail> {
  const { clock, logger, logs, memory, pinned, secrets, store } = options;
  const { origin } = pinned;
  const securing = new Securing({
    ...{ origin, secrets, store },
    sources: () => user()?.sources ?? options.acquaintances,
  });
  return Tail.open({
    ...{ pinned, blockKey: store.blockKey, logs, memory, clock },
    secure: (what) => securing.secure(what),
    observer: {
      onStored: (view) => {
        user()?.stored(view);
      },
      onAlarm: ({ code, detail }, proof) => {
        logger.error('shared ledger is not followed any more', { origin, code, detail, proof });
        user()?.alarmed();
      },
      onInvalidData: (peer) => {
        logger.warn('a peer sent what is not of the log', { origin });
        options.onOffender(peer);
      },
      onRefused: () => {
        logger.warn('keys were announced that no group has elected', { origin });
      },
      onFailure: (cause) => {
        if (isBearable(cause)) tellOf(logger, origin, cause);
        else options.onFailure(cause);
      },
    },
  });
}

/** What keeps this ledger from being followed, and leaves what is on disk as it was: the node goes on with the others. */
export function isBearable(cause: unknown): boolean {
  return (
    cause instanceof ReplicaError ||
    // Of a newer version of the program, perhaps.
    cause instanceof RecordsError ||
    (cause instanceof LedgerError && BEARABLE.has(cause.code)) ||
    (cause instanceof KeysError && cause.code === 'KEYS_VAULT_PUSHBACK')
  );
}

const BEARABLE: ReadonlySet<string> = new Set([
  'LEDGER_CLOSED',
  'LEDGER_READ_ONLY',
  'LEDGER_REPLICA_LIMIT',
]);

export function tellOf(logger: Logger, origin: string, error: unknown): void {
  logger.warn('a shared ledger cannot be followed for now', { origin, error });
}
