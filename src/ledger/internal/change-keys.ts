/**
 * Other keys for a shared log, which its group has agreed on: the catalog says so before the log does, and the entry comes
 * with the first block by the new keys.
 */
import { equalBytes, fromHex } from '../../base/bytes.js';
import type { KeyStore } from '../../keys/key-store.js';
import type { LedgerDescriptor } from '../catalog.js';
import { LedgerError } from '../ledger-error.js';
import { destroyOldKeys, endOf, type HandOverParts, lastLogOf } from './hand-over.js';
import { handedOver, type KeysEnd, type LogKeys, logKeysOf } from './log-segments.js';
import type { OpenLog } from './open-log.js';
import { openLogParts } from './store-parts.js';

/** @param keys all of the log. @param own name of the last of them in the key store. */
export async function changeKeys(
  parts: Omit<HandOverParts, 'random'>,
  { ledger, log }: { readonly ledger: string; readonly log: OpenLog },
  keys: readonly LogKeys[],
  own: string | null,
): Promise<void> {
  const { keyStore, open, rotation, sequencer } = parts;
  const known = logKeysOf(log.descriptor);
  checkGoesOn(known, keys);
  const [next, ended] = [keys[known.length], keys[known.length - 1]?.ended ?? null];
  if (next === undefined) return;
  const name = known.length === keys.length - 1 ? own : null;
  if (name !== null) await checkOwn(keyStore, name, next);
  // Before writers wait, so that little is left to flush while they do.
  await rotation.flush();
  await sequencer.exclusive(async () => {
    if (ended === null || !isEndOf(log, ended))
      throw refused('the log is not where the keys before them end');
    const descriptor = descriptorOf(open.ledger(ledger)?.descriptor);
    const to = {
      corePublicKey: next.corePublicKey,
      verifierKey: next.verifierKey,
      ...(name !== null && { keys: name }),
    };
    const newest = handedOver(log.descriptor, to, {
      ...endForCatalog(ended),
      checkpoint: log.headCheckpoint() ?? '',
    });
    const changed = { ...descriptor, logs: [...descriptor.logs.slice(0, -1), newest] };
    try {
      // All that the old Hypercore will ever hold is on disk, and the journal is without a commit.
      await rotation.around(async () => {
        // A crash before this leaves the log with its old keys; after it, it goes on by the new ones.
        await parts.parts.catalog.putLedger(changed);
        const opened = await openLogParts(parts.parts, keyStore, changed, newest);
        log.handOver({ descriptor: newest, ...opened });
        open.describe(changed);
      });
    } catch (cause) {
      throw sequencer.fail(cause);
    }
  });
  // A crash before this leaves old keys, which the next start destroys.
  await destroyOldKeys(keyStore, lastLogOf(descriptorOf(open.ledger(ledger)?.descriptor)));
}

/** Nobody has changed what was agreed on before. @throws LedgerError LEDGER_HANDOVER. */
function checkGoesOn(known: readonly LogKeys[], keys: readonly LogKeys[]): void {
  const isSame = known
    .slice(0, keys.length)
    .every(
      ({ corePublicKey, ended, verifierKey }, at) =>
        keys[at]?.corePublicKey === corePublicKey &&
        keys[at].verifierKey === verifierKey &&
        (ended === null || keys[at].ended?.treeHash === ended.treeHash),
    );
  if (!isSame) throw refused('they are not those of this log');
}

async function checkOwn(keyStore: KeyStore, name: string, next: LogKeys): Promise<void> {
  const { core, isLost } = await keyStore.logKeys(name);
  if (isLost || !equalBytes(core.publicKey, fromHex(next.corePublicKey)))
    throw refused('they are not those of the key store');
}

function isEndOf({ head }: OpenLog, ended: KeysEnd): boolean {
  const end = endOf(head);
  return (
    end.length === ended.length &&
    end.size === ended.size &&
    end.rootHash === ended.rootHash &&
    end.treeHash === ended.treeHash
  );
}

/** Lists of its own: what came in may be changed by others. */
function endForCatalog({ election, signatures, ...end }: KeysEnd) {
  return {
    ...end,
    ...(election && {
      election: { ...election, votes: election.votes.map((vote) => ({ ...vote })) },
    }),
    signatures: [...signatures],
  };
}

function descriptorOf(descriptor: LedgerDescriptor | undefined): LedgerDescriptor {
  if (descriptor === undefined) throw new Error('a log of no ledger');
  return descriptor;
}

function refused(reason: string): LedgerError {
  return new LedgerError('LEDGER_HANDOVER', `these keys cannot be taken for the log: ${reason}`);
}
