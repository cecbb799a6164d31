/**
 * Another key for the chain of anchors, in a node that is stopped: because it was lost or stolen, or is to be
 * changed. The chain itself is succeeded by the running node, once the new key has a coin; until then it is
 * closed, and nothing is signed.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { newAnchorKey } from './anchor-key.js';
import type { RandomSource } from './base/random.js';
import { systemErrorCode } from './base/system-error.js';
import type { Clock } from './base/time.js';
import type { AnchorKey, KeyStore } from './keys/key-store.js';
import { KeysError } from './keys/keys-error.js';
import { unobserved } from './ledger/commit-observer.js';
import { LedgerError } from './ledger/ledger-error.js';
import { LedgerStore } from './ledger/ledger-store.js';
import { NODE_TENANT } from './ledger-node.js';
import { whyNotToWrite } from './node-run.js';
import { recordRestore } from './record-restore.js';

export interface ReplaceKeyOptions {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
}

export interface ReplacedKey {
  /** Name of the old one in the key store; null where it was lost. */
  readonly kept: string | null;
}

/** @throws as `LedgerStore.open`; LedgerError LEDGER_READ_ONLY where the data are behind what they showed. */
export async function replaceAnchorKey(options: ReplaceKeyOptions): Promise<ReplacedKey> {
  const { dataDirectory, keyStore, random } = options;
  // Nobody else has the directory open while this is: not the node either.
  const store = await LedgerStore.open({
    ...options,
    observer: unobserved,
    onFailure: () => undefined,
  });
  try {
    const node = store.tenantNamed(NODE_TENANT);
    const epochs = (node && store.ledgersOf(node.handle)[0]?.reader) ?? null;
    const why = await whyNotToWrite({ dataDirectory, keyStore, epochs });
    if (why !== null) throw new LedgerError('LEDGER_READ_ONLY', why);
    const old = await anchorKeyOrNull(keyStore);
    const isDevelopment = old?.isDevelopment ?? (await isThere(join(dataDirectory, 'devchain')));
    store.allowWrites();
    await store.completeLedgers();
    await recordRestore(store, options, { action: 'anchor:key', outcome: 'begun' });
    // A crash before this leaves the old key; one within it may leave a copy of that besides.
    const kept = await keyStore.replaceAnchorKey(newAnchorKey(random, isDevelopment));
    await recordRestore(store, options, { action: 'anchor:key', outcome: 'done' });
    return { kept };
  } finally {
    await store.close();
  }
}

async function anchorKeyOrNull(keyStore: KeyStore): Promise<AnchorKey | null> {
  try {
    return await keyStore.anchorKey();
  } catch (cause) {
    if (cause instanceof KeysError && cause.code === 'KEYS_MISSING') return null;
    throw cause;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return false;
    throw cause;
  }
}
