/** Keys of a log that this node writes in a term: named by it, so that they are found again without being written down. */
import { utf8 } from '../../base/bytes.js';
import { sha256Hex } from '../../base/hash.js';
import type { KeyStore, LogKeys as OwnLogKeys } from '../../keys/key-store.js';
import { KeysError } from '../../keys/keys-error.js';
import type { LogKeys } from '../../ledger/log-reader.js';
import type { Term } from '../protocol/term.js';
import { electedIn } from '../replica/key-order.js';
import type { SharedLedgerOptions } from './shared-options.js';

type Keys = Pick<KeyStore, 'createLogKeys' | 'logKeys'>;

/** Name in the key store. */
export function termKeysName(origin: string, { node, number }: Term): string {
  return sha256Hex(utf8(`chirograph/term-keys/1\n${origin}\n${number}\n${node}\n`)).slice(0, 16);
}

/** Those that are there, or fresh ones. A crash leaves keys that nothing names, for a term that is over. */
export async function termKeys(keyStore: Keys, origin: string, term: Term): Promise<OwnLogKeys> {
  const name = termKeysName(origin, term);
  try {
    return await keyStore.logKeys(name);
  } catch (cause) {
    if (!(cause instanceof KeysError) || cause.code !== 'KEYS_MISSING') throw cause;
    return keyStore.createLogKeys(name);
  }
}

/** Name of the last of these keys, if they are this node's by an election. */
export function electedKeysName(
  origin: string,
  keys: readonly LogKeys[],
  self: string,
): string | null {
  const term = electedIn(keys.at(-2)?.ended);
  return term?.node === self ? termKeysName(origin, term) : null;
}

/** The private half of the last keys of a log, if they are this node's. */
export async function ownKeysOf(
  {
    keyStore,
    links,
    pinned,
    store,
  }: Pick<SharedLedgerOptions, 'keyStore' | 'links' | 'pinned' | 'store'>,
  keys: readonly LogKeys[],
): Promise<OwnLogKeys | null> {
  const isFirst = keys.every(({ ended }) => ended?.election === undefined);
  const name = isFirst ? store.keysName : electedKeysName(pinned.origin, keys, links.self);
  return name === null ? null : keyStore.logKeys(name);
}
