/**
 * Other keys for a log whose own are lost or stolen, in a store that no node has open: new keys are made first, and the log
 * goes on by them once the tenant's recovery key has signed that (design: going on after a move or a loss).
 */
import { digestToHex } from '../base/hex-digest.js';
import type { RandomSource } from '../base/random.js';
import { durableFileSystem } from '../keys/durable-file.js';
import type { KeyStore, LogKeys } from '../keys/key-store.js';
import { KeysError } from '../keys/keys-error.js';
import { tenantKeys } from '../keys/tenant-keys.js';
import { openBlock } from '../records/block.js';
import { parseStatement } from '../records/parse-statement.js';
import {
  type HandoverSignature,
  type HandoverTerms,
  isHandoverSignedBy,
} from '../tlog/handover.js';
import { parseVerifierKey } from '../tlog/note-key.js';
import type { LedgerDescriptor, LogDescriptor } from './catalog.js';
import { checkMayHandOver, endOf, lastLogOf } from './internal/hand-over.js';
import type { HypercoreLog } from './internal/hypercore-log.js';
import { handedOver, keysOf, segmentsOf } from './internal/log-segments.js';
import { newKeys } from './internal/new-log.js';
import { appendMissing, journaledLog, lastHead, missingBlocks } from './internal/recover-log.js';
import {
  closeStoreParts,
  openStoreParts,
  type StoreFileSystems,
  type StoreParts,
} from './internal/store-parts.js';
import { LedgerError } from './ledger-error.js';
import type { LogHead } from './log-head.js';

export interface StoppedHandoverOptions extends Pick<StoreFileSystems, 'durableFiles'> {
  readonly dataDirectory: string;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  /** Names of a tenant and of its ledger. */
  readonly tenant: string;
  readonly ledger: string;
}

/** What is to be signed, and who may. */
export interface PreparedHandover extends HandoverTerms {
  readonly origin: string;
  /** C2SP verifier key, as the first entry of the log names it. */
  readonly recoveryKey: string;
  /** Handle of the tenant. */
  readonly owner: string;
}

/**
 * Makes new keys for the log, durable when it returns; asked again, it gives the same.
 *
 * @throws LedgerError LEDGER_UNKNOWN, LEDGER_HANDOVER, and as opening the store does.
 */
export function prepareHandover(options: StoppedHandoverOptions): Promise<PreparedHandover> {
  return withLog(options, async (log) => preparedOf(log, await nextKeys(options, log)));
}

/**
 * Lets the log go on by the new keys. The entry follows when the store is opened and completed, which also destroys what is
 * left of the old ones.
 *
 * @throws LedgerError LEDGER_HANDOVER for terms that are not those of the log as it is now, or that its recovery key
 * did not sign; as `prepareHandover`.
 */
export function applyHandover(
  options: StoppedHandoverOptions,
  signed: HandoverTerms & { readonly origin: string; readonly signature: HandoverSignature },
): Promise<void> {
  return withLog(options, async (log) => {
    const { descriptor, head, hypercore, ledger, parts } = log;
    const { next } = descriptor;
    if (next === undefined)
      throw refused('no new keys were made for this log: ask for a request first');
    const terms = preparedOf(log, next);
    for (const member of ['origin', 'old', 'new', 'size', 'rootHash'] as const)
      if (signed[member] !== terms[member])
        throw refused(`what was signed has another ${member} than the log now: make a new request`);
    const key = parseVerifierKey(terms.recoveryKey);
    if (!isHandoverSignedBy(terms.origin, terms, signed.signature, key))
      throw refused("the signature is not by the recovery key that the log's first entry names");
    // What a crash kept from the Hypercore must lie in it before it ends: nothing can be appended to it afterwards.
    const journaled = journaledLog(parts.journal, hypercore.key);
    const missing = await missingBlocks(terms.origin, hypercore, journaled);
    await appendMissing(terms.origin, hypercore, missing, await oldCoreKey(options, descriptor));
    await parts.hypercores.flush();
    const end = { ...endOf(head), checkpoint: '', signatures: [signed.signature] };
    const logs = [...ledger.logs.slice(0, -1), handedOver(descriptor, next, end)];
    // A crash before this leaves the log as it was; after it, opening goes on by the new keys.
    await parts.catalog.putLedger({ ...ledger, logs });
  });
}

interface StoppedLog {
  readonly parts: StoreParts;
  readonly ledger: LedgerDescriptor;
  readonly descriptor: LogDescriptor;
  readonly hypercore: HypercoreLog;
  readonly head: LogHead;
  readonly recoveryKey: string;
}

async function withLog<T>(
  options: StoppedHandoverOptions,
  use: (log: StoppedLog) => Promise<T>,
): Promise<T> {
  const { dataDirectory, durableFiles = durableFileSystem, keyStore } = options;
  const parts = await openStoreParts(dataDirectory, { durableFiles });
  try {
    const tenant = parts.catalog.tenantNamed(options.tenant);
    const ledger = parts.catalog
      .ledgers()
      .find((one) => one.tenant === tenant?.handle && one.name === options.ledger);
    if (tenant === undefined || ledger === undefined)
      throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
    const descriptor = lastLogOf(ledger);
    checkMayHandOver(descriptor, tenant);
    const hypercore = await parts.hypercores.log(segmentsOf(descriptor));
    const head = lastHead(journaledLog(parts.journal, hypercore.key));
    const last = descriptor.before?.at(-1);
    if (head.size === 0 || head.size === last?.size)
      throw refused(
        'the log has no entry by its present keys yet: start the node once, and stop it',
      );
    const recoveryKey = await recoveryKeyOf(parts, hypercore, keyStore, ledger.tenant);
    return await use({ parts, ledger, descriptor, hypercore, head, recoveryKey });
  } finally {
    await closeStoreParts(parts);
  }
}

/** As verifiers read it. */
async function recoveryKeyOf(
  { journal }: StoreParts,
  hypercore: HypercoreLog,
  keyStore: KeyStore,
  tenant: string,
): Promise<string> {
  const { block: blockKey } = tenantKeys(await keyStore.tenantRoot(tenant));
  const { blocks } = journaledLog(journal, hypercore.key);
  const first = blocks.find(({ head }) => head.length === 1)?.block ?? (await hypercore.block(0));
  const bundle = openBlock(first, blockKey, { coreKey: hypercore.key, blockNumber: 0 });
  const said = parseStatement(bundle.entries[0]?.statement ?? new Uint8Array());
  if (said.kind !== 'ledger' && said.kind !== 'loss') throw refused('its first entry is none');
  return said.recoveryKey;
}

async function nextKeys(
  { keyStore, random }: StoppedHandoverOptions,
  { descriptor, ledger, parts }: StoppedLog,
): Promise<NonNullable<LogDescriptor['next']>> {
  const asked = descriptor.next;
  if (asked !== undefined && (await areHere(keyStore, asked.keys))) return asked;
  // A crash here leaves keys that nothing names.
  const next = await newKeys(descriptor.origin, { keyStore, random });
  const logs = [...ledger.logs.slice(0, -1), { ...descriptor, next }];
  await parts.catalog.putLedger({ ...ledger, logs });
  return next;
}

function preparedOf(
  { descriptor, head, ledger, recoveryKey }: StoppedLog,
  { verifierKey }: NonNullable<LogDescriptor['next']>,
): PreparedHandover {
  const { origin, verifierKey: old } = descriptor;
  const { rootHash, size } = head;
  return {
    origin,
    old,
    new: verifierKey,
    size,
    rootHash: digestToHex(rootHash),
    recoveryKey,
    owner: ledger.tenant,
  };
}

/** Null where it is lost: what the journal still has is then appended without a signature. */
async function oldCoreKey({ keyStore }: StoppedHandoverOptions, descriptor: LogDescriptor) {
  const name = keysOf(descriptor);
  return name === null ? null : ((await keysHere(keyStore, name))?.core ?? null);
}

/** Not those of a request that was made before the key store was lost. */
async function areHere(keyStore: KeyStore, name: string): Promise<boolean> {
  return (await keysHere(keyStore, name)) !== null;
}

async function keysHere(keyStore: KeyStore, name: string): Promise<LogKeys | null> {
  try {
    const keys = await keyStore.logKeys(name);
    return keys.isLost ? null : keys;
  } catch (cause) {
    if (cause instanceof KeysError && LOST.has(cause.code)) return null;
    throw cause;
  }
}

const LOST: ReadonlySet<string> = new Set(['KEYS_MISSING', 'KEYS_FILE_DAMAGED']);

function refused(reason: string): LedgerError {
  return new LedgerError('LEDGER_HANDOVER', reason);
}
