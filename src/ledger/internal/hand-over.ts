/**
 * Another pair of keys for a log (design: going on after a move or a loss): same origin, and the tree goes on, in a
 * new Hypercore that begins with the tree of the old one. The catalog says so before the log does; what
 * a crash cuts short is finished from there.
 */
import { toHex } from '../../base/bytes.js';
import { assert } from '../../base/errors.js';
import { digestToHex } from '../../base/hex-digest.js';
import type { RandomSource } from '../../base/random.js';
import type { KeyStore } from '../../keys/key-store.js';
import { formatStatement } from '../../records/statement.js';
import { type HandoverTerms, signHandover } from '../../tlog/handover.js';
import {
  type EndedKeys,
  type LedgerDescriptor,
  MAX_HANDOVERS,
  type TenantDescriptor,
} from '../catalog.js';
import { type EntryDraft, plainDraft } from '../entry-draft.js';
import { LedgerError } from '../ledger-error.js';
import type { LogHead } from '../log-head.js';
import type { Sequencer } from '../sequencer.js';
import type { JournalRotation } from './journal-rotation.js';
import { handedOver, handoversOf, keysOf } from './log-segments.js';
import { newKeys } from './new-log.js';
import type { OpenLedgers } from './open-ledgers.js';
import type { OpenLog } from './open-log.js';
import { openLogParts, type StoreParts } from './store-parts.js';

export interface HandOverParts {
  readonly parts: StoreParts;
  readonly keyStore: KeyStore;
  readonly random: RandomSource;
  readonly open: OpenLedgers;
  readonly sequencer: Sequencer;
  readonly rotation: JournalRotation;
}

/** Every entry of the epoch log but the first is an epoch, and its index the epoch's number (docs/formats/epoch.md). */
const NODE_TENANT = '_node';

/** @throws LedgerError LEDGER_HANDOVER for the epoch log, a shared log, and one that has been handed over too often. */
export function checkMayHandOver(
  { before = [], shared }: OpenLog['descriptor'],
  tenant: TenantDescriptor | undefined,
): void {
  if (shared === true)
    throw new LedgerError(
      'LEDGER_HANDOVER',
      'the keys of a shared ledger change when its group chooses who writes it: let another member take over',
    );
  if (tenant?.name === NODE_TENANT)
    throw new LedgerError(
      'LEDGER_HANDOVER',
      "the epoch log takes no entry but epochs: where its keys are lost, let the node go on with 'restore --successor'",
    );
  if (before.length >= MAX_HANDOVERS)
    throw new LedgerError(
      'LEDGER_HANDOVER',
      `a log can be handed over ${MAX_HANDOVERS} times: let the ledger go on in a successor`,
    );
}

/** By the old key and the new one. Writers wait for a moment. The old keys are gone when it returns. */
export async function rotateKeys(parts: HandOverParts, ledger: LedgerDescriptor): Promise<void> {
  const { keyStore, open, rotation, sequencer } = parts;
  const log = open.log(lastLogOf(ledger).number);
  const { descriptor } = log;
  const name = keysOf(descriptor);
  assert(name !== null, 'only a log that is not shared gets other keys here');
  const next = await newKeys(descriptor.origin, parts);
  // A crash here leaves keys that nothing names.
  const [old, fresh] = [await keyStore.logKeys(name), await keyStore.logKeys(next.keys)];
  // Before writers wait, so that little is left to flush while they do.
  await rotation.flush();
  let entered: Promise<void> = Promise.resolve();
  await sequencer.exclusive(() =>
    // All that the old Hypercore will ever hold is on disk, and the journal is without a commit.
    rotation.around(async () => {
      const terms = termsOf(log, next.verifierKey);
      const signatures = [
        signHandover(descriptor.origin, terms, terms.old, old.note.sign),
        signHandover(descriptor.origin, terms, terms.new, fresh.note.sign),
      ];
      const checkpoint = log.signCheckpoint(log.checkpointBody(log.head));
      const end = { ...endOf(log.head), checkpoint, signatures };
      const logs = [...ledger.logs.slice(0, -1), handedOver(descriptor, next, end)];
      const changed = { ...ledger, logs };
      // A crash before this leaves the log with its old keys.
      await parts.parts.catalog.putLedger(changed);
      // A crash from here on leaves a log that goes on by its new keys, without the entry that says so, and the
      // old keys: `complete` appends the one and destroys the others.
      const newest = lastLogOf(changed);
      const opened = await openLogParts(parts.parts, keyStore, changed, newest);
      log.handOver({ descriptor: newest, ...opened });
      open.describe(changed);
      entered = sequencer.submitNext(log, handoverEntry(newest));
      // Should the journal fail first, nobody would hear of this one.
      entered.catch(() => undefined);
    }),
  );
  await entered;
  await destroyOldKeys(keyStore, lastLogOf(open.ledger(ledger.handle)?.descriptor ?? ledger));
}

/** Finishes a handover that a crash cut short after the catalog had it. */
export async function completeHandover(
  { keyStore, open, sequencer }: HandOverParts,
  ledger: LedgerDescriptor,
): Promise<void> {
  const { before = [], number } = lastLogOf(ledger);
  const log = open.log(number);
  const last = before.at(-1);
  // A crash before this entry is durable leaves it to be appended again, and nothing can have come before it. In a shared
  // log it comes in its block.
  if (log.head.size === last?.size && log.descriptor.shared !== true)
    await sequencer.submitFirst(log, handoverEntry(log.descriptor));
  for (const one of ledger.logs) await destroyOldKeys(keyStore, one);
}

/** A crash in here leaves some of them, which are destroyed at the next start. */
export async function destroyOldKeys(
  keyStore: KeyStore,
  { before = [] }: OpenLog['descriptor'],
): Promise<void> {
  for (const { keys } of before) if (keys !== undefined) await keyStore.destroyLogKeys(keys);
}

/** What a handover says that is made now. */
function termsOf({ descriptor, head }: OpenLog, next: string): HandoverTerms {
  const { verifierKey: old } = descriptor;
  return { new: next, old, rootHash: digestToHex(head.rootHash), size: head.size };
}

/** Where it ends that is handed over. */
export function endOf({
  length,
  rootHash,
  size,
  treeHash,
}: LogHead): Pick<EndedKeys, 'length' | 'rootHash' | 'size' | 'treeHash'> {
  return { length, rootHash: toHex(rootHash), size, treeHash: toHex(treeHash) };
}

/** The entry that a log goes on with. */
function handoverEntry(descriptor: OpenLog['descriptor']): EntryDraft {
  const handover = handoversOf(descriptor).at(-1);
  if (handover === undefined) throw new Error('a log that was never handed over');
  return plainDraft((place) => formatStatement({ kind: 'handover', ...place, ...handover }));
}

export function lastLogOf({ logs }: LedgerDescriptor): OpenLog['descriptor'] {
  const last = logs.at(-1);
  if (last === undefined) throw new Error('a ledger without a log');
  return last;
}
