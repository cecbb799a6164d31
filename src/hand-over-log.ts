/**
 * Other keys for a log by the word of the tenant's recovery key, in a node that is stopped: because its own were lost or
 * stolen. Where that key lies in the key store, as in development, it signs at once; else what it is to sign is handed out.
 */
import type { RandomSource } from './base/random.js';
import type { Clock } from './base/time.js';
import type { HandoverRequest, SignedHandover } from './evidence/handover-request.js';
import type { KeyStore, NoteKey } from './keys/key-store.js';
import { KeysError } from './keys/keys-error.js';
import { unobserved } from './ledger/commit-observer.js';
import {
  applyHandover,
  prepareHandover,
  type PreparedHandover,
} from './ledger/hand-over-stopped.js';
import { LedgerError } from './ledger/ledger-error.js';
import { LedgerStore, type LedgerStoreOptions } from './ledger/ledger-store.js';
import { epochLedger } from './ledger-node.js';
import { whyNotToWrite } from './node-run.js';
import { recordRestore } from './record-restore.js';
import { signHandover } from './tlog/handover.js';
import { ED25519_NOTE, formatVerifierKey, parseVerifierKey, verifierKey } from './tlog/note-key.js';

export interface LogHandoverOptions extends Pick<
  LedgerStoreOptions,
  'durableFiles' | 'openJournalFiles'
> {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** Names. */
  readonly tenant: string;
  readonly ledger: string;
}

export interface RequestedHandover {
  readonly request: HandoverRequest;
  /** Null where the recovery key is elsewhere: the request waits for its signature. */
  readonly signed: SignedHandover | null;
  /** Why the node does not write yet, of one that goes on by its new keys; null if it does, or waits. */
  readonly refusal: string | null;
}

/**
 * @param lastSize the last size that is accepted from the old key; null where it was lost and not stolen.
 * @throws LedgerError LEDGER_HANDOVER with nothing but new keys made, and as `prepareHandover`.
 */
export async function requestHandover(
  options: LogHandoverOptions,
  lastSize: number | null,
): Promise<RequestedHandover> {
  const prepared = await prepareHandover(options);
  const { origin, old, new: next, size, rootHash } = prepared;
  if (lastSize !== null && lastSize !== size)
    throw new LedgerError(
      'LEDGER_HANDOVER',
      `the log has ${size} entries here, not ${lastSize}: put in a copy that ends there, or name the size that it has`,
    );
  const request = { origin, old, new: next, size, rootHash };
  const recovery = await recoveryKeyHere(options.keyStore, prepared);
  if (recovery === null) return { request, signed: null, refusal: null };
  const signature = signHandover(origin, request, prepared.recoveryKey, recovery.sign);
  const signed = { ...request, signature };
  return { request, signed, refusal: await finishHandover(options, signed) };
}

/**
 * @returns why the node does not write yet, or null.
 * @throws LedgerError LEDGER_HANDOVER with nothing changed; and as opening the store does.
 */
export async function finishHandover(
  options: LogHandoverOptions,
  signed: SignedHandover,
): Promise<string | null> {
  const { dataDirectory, keyStore } = options;
  await applyHandover(options, signed);
  // A crash from here on leaves a log that goes on by its new keys: the next start does what follows, but for the record.
  const store = await LedgerStore.open({
    ...options,
    observer: unobserved,
    // Every append is awaited below, and says what failed.
    onFailure: () => undefined,
  });
  try {
    const epochs = epochLedger(store)?.reader ?? null;
    const why = await whyNotToWrite({ dataDirectory, keyStore, epochs });
    if (why !== null) return why;
    store.allowWrites();
    await store.completeLedgers();
    const { origin, old, new: next, size } = signed;
    await recordRestore(store, options, {
      action: 'log:handover',
      outcome: 'done',
      made: { origin, old, new: next, size },
    });
    return null;
  } finally {
    await store.close();
  }
}

/** Null where it is not in the key store, which is where it should not be. */
async function recoveryKeyHere(
  keyStore: KeyStore,
  { owner, recoveryKey }: PreparedHandover,
): Promise<NoteKey | null> {
  try {
    const { publicKey, development } = await keyStore.recoveryKey(owner);
    const { name } = parseVerifierKey(recoveryKey);
    const text = formatVerifierKey(verifierKey(name, ED25519_NOTE, publicKey));
    return text === recoveryKey ? development : null;
  } catch (cause) {
    if (cause instanceof KeysError && cause.code === 'KEYS_MISSING') return null;
    throw cause;
  }
}
