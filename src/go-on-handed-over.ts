/**
 * Going on after the keys alone were lost: by the tenant's recovery key each log goes on under its own origin
 * (decision 41), and the epoch log, which takes no handover, in a successor. For a data directory that no node has open, and by an
 * operator's word that nothing shown is missing from it.
 */
import { ApiKeyRegistry } from './access/api-key-registry.js';
import { equalBytes } from './base/bytes.js';
import { accessFirst, type GoOnOptions, newEpochs, type WentOn, whileOpen } from './go-on.js';
import { type DurableFileSystem, durableFileSystem } from './keys/durable-file.js';
import type { RecoveryKey } from './keys/recovery-key.js';
import { Catalog, type LedgerDescriptor } from './ledger/catalog.js';
import {
  applyHandover,
  prepareHandover,
  type PreparedHandover,
  type StoppedHandoverOptions,
} from './ledger/hand-over-stopped.js';
import { LedgerError } from './ledger/ledger-error.js';
import { readRunFile, writeRunFile } from './node-run.js';
import { recordRestore } from './record-restore.js';
import { signHandover } from './tlog/handover.js';
import { parseVerifierKey } from './tlog/note-key.js';

export interface HandedOverOptions extends GoOnOptions {
  /** Of the tenants. Whoever calls closes them. */
  readonly recoveryKeys: readonly RecoveryKey[];
  readonly durableFiles?: DurableFileSystem;
}

/**
 * Does again what a crash cut short, and nothing twice, as long as the mark is of a later run than the data.
 *
 * @returns one line for each ledger, the node's own among them; of those that were handed over, with their own origin.
 * @throws as `applyHandover` and `LedgerStore.open`.
 */
export async function goOnHandedOver(options: HandedOverOptions): Promise<WentOn[]> {
  const { dataDirectory, keyStore, cause, order } = options;
  // Before the store is opened: an opening drops what the journal alone has of a log that nobody can sign for.
  const catalog = await Catalog.open(dataDirectory, durableFileSystem);
  for (const ledger of catalog.ledgers()) {
    const owner = catalog.tenants().find(({ handle }) => handle === ledger.tenant);
    if (owner !== undefined && (await isLost(options, ledger)))
      await handOver({ ...options, tenant: owner.name, ledger: ledger.name }, options);
    // A crash here leaves some logs with new keys and others with lost ones; none can be written before the mark allows it.
  }
  return whileOpen(options, async (store) => {
    const wentOn: WentOn[] = [];
    for (const ledger of accessFirst(store.allLedgers())) {
      const { origin, head, isLost } = ledger.reader;
      // A crash here leaves one that has gone on, which is then passed by.
      const { reader } = isLost ? await store.succeed(ledger.identity.handle, cause) : ledger;
      wentOn.push({ from: origin, origin: reader.origin, recoveredSize: head.size });
    }
    const logs = wentOn.filter(({ from, origin }) => from !== origin).length;
    await recordRestore(store, options, {
      action: order?.action ?? 'restore:handover',
      outcome: 'done',
      made: { ...order?.made, handovers: wentOn.length - logs, logs },
    });
    // A crash here leaves an act that is put on record once more.
    await ApiKeyRegistry.accept(dataDirectory, keyStore);
    const run = Math.max(
      (await keyStore.mark())?.run ?? 0,
      (await readRunFile(dataDirectory))?.run ?? 0,
    );
    await writeRunFile(dataDirectory, { nodeId: keyStore.nodeId, run });
    // A crash here leaves a node that may start, and whose mark does not know the new epoch log before its next epoch.
    await keyStore.putMark({ epochs: newEpochs(store), run });
    return wentOn;
  });
}

async function isLost(
  { keyStore }: HandedOverOptions,
  { logs }: LedgerDescriptor,
): Promise<boolean> {
  const last = logs.at(-1);
  const isHere = last !== undefined && last.elsewhere !== true;
  return isHere && (await keyStore.logKeys(last.keys ?? last.handle)).isLost;
}

/** Nothing for a log that cannot be handed over, as the epoch log: it stays lost, and is succeeded. */
async function handOver(
  log: StoppedHandoverOptions,
  { recoveryKeys }: HandedOverOptions,
): Promise<void> {
  const prepared = await preparedOrNull(log);
  if (prepared === null) return;
  const { origin, recoveryKey } = prepared;
  const { publicKey } = parseVerifierKey(recoveryKey);
  const key = recoveryKeys.find((one) => equalBytes(one.publicKey, publicKey));
  if (key === undefined) return;
  const signature = signHandover(origin, prepared, recoveryKey, (message) => key.sign(message));
  await applyHandover(log, { ...prepared, signature });
}

async function preparedOrNull(log: StoppedHandoverOptions): Promise<PreparedHandover | null> {
  try {
    return await prepareHandover(log);
  } catch (cause) {
    if (cause instanceof LedgerError && cause.code === 'LEDGER_HANDOVER') return null;
    throw cause;
  }
}
