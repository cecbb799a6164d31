/** Logs that begin: their keys, their place in the catalog, their empty Hypercore. */
import { toHex } from '../../base/bytes.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import type { KeyStore } from '../../keys/key-store.js';
import { ED25519_NOTE, formatVerifierKey, verifierKey } from '../../tlog/note-key.js';
import { EMPTY_EDGE } from '../../tlog/tile-tree.js';
import type { LedgerDescriptor, LogDescriptor } from '../catalog.js';
import { EMPTY_HEAD } from '../log-head.js';
import { OpenLog } from './open-log.js';
import { openLogParts, type StoreParts } from './store-parts.js';

export interface NewLogSources {
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  /** Never used before in this node. */
  readonly number: number;
}

/** Makes the keys of a log. A crash before the catalog names them leaves keys that nothing names. */
export async function newLog(
  origin: string,
  { keyStore, random, number }: NewLogSources,
): Promise<LogDescriptor> {
  const { keys: handle, ...publicKeys } = await newKeys(origin, { keyStore, random });
  return { ...publicKeys, handle, number, origin };
}

/** Makes keys for a log. They are durable when it returns. */
export async function newKeys(
  origin: string,
  { keyStore, random }: Omit<NewLogSources, 'number'>,
): Promise<NonNullable<LogDescriptor['next']>> {
  const keys = newHandle(random);
  const { core, note } = await keyStore.createLogKeys(keys);
  return {
    corePublicKey: toHex(core.publicKey),
    keys,
    verifierKey: formatVerifierKey(verifierKey(origin, ED25519_NOTE, note.publicKey)),
  };
}

/** Opens a log that the catalog has just got, and that holds nothing. */
export async function openNewLog(
  parts: StoreParts,
  keyStore: KeyStore,
  ledger: LedgerDescriptor,
  log: LogDescriptor,
): Promise<OpenLog> {
  const opened = await openLogParts(parts, keyStore, ledger, log);
  const position = { head: EMPTY_HEAD, roots: [], edge: EMPTY_EDGE, note: null };
  return new OpenLog(ledger.tenant, { descriptor: log, ...opened }, position);
}

/** Names a tenant, a ledger or a log without saying anything about it. */
export function newHandle(random: RandomSource): string {
  return toHex(randomBytes(random, 8));
}
