/**
 * Going on after all data were lost, without a backup: an empty data directory becomes the node's again. What other nodes keep
 * too comes back from them; all else is lost, and no log that is made from here on goes by the name of one that was.
 */
import { ApiKeyRegistry } from './access/api-key-registry.js';
import { DEFAULT_TENANT } from './access/tenant-name.js';
import { BackupError } from './backup/backup-error.js';
import { type GoOnOptions, rememberEpochs, whileOpen } from './go-on.js';
import type { LedgerStore, LedgerStoreOptions } from './ledger/ledger-store.js';
import { ensureTenant, NODE_TENANT } from './ledger-node.js';
import { readRunFile } from './node-run.js';
import { recordRestore } from './record-restore.js';

export interface GoOnEmptyOptions extends GoOnOptions, Pick<LedgerStoreOptions, 'recoveryKeyFor'> {
  /** As the node's setting has it. */
  readonly logName: string;
}

/**
 * @returns the first part of the origins of logs that the node makes from here on.
 * @throws BackupError BACKUP_NOT_EMPTY if a node has run on the data; as `LedgerStore.open`.
 */
export async function goOnEmpty(options: GoOnEmptyOptions): Promise<string> {
  const { cause, dataDirectory, keyStore } = options;
  return whileOpen(options, async (store) => {
    if (!(await isNew(store, dataDirectory))) throw notEmpty();
    const run = ((await keyStore.mark())?.run ?? 0) + 1;
    // A crash from here on leaves tenants in which nothing was written but the order: it is given again, and recorded twice.
    const { logName } = await ensureTenant(store, NODE_TENANT, `${options.logName}.r${run}`);
    await ensureTenant(store, DEFAULT_TENANT, logName);
    await recordRestore(store, options, {
      action: 'restore:empty',
      outcome: 'done',
      made: { cause, logName },
    });
    await ApiKeyRegistry.accept(dataDirectory, keyStore);
    await rememberEpochs(store, dataDirectory, keyStore);
    return logName;
  });
}

/** Whether no node has run on it, but for an order like this one that a crash cut short. */
async function isNew(store: LedgerStore, dataDirectory: string): Promise<boolean> {
  if ((await readRunFile(dataDirectory)) !== null) return false;
  const isOwn = new Set([NODE_TENANT, DEFAULT_TENANT]);
  return store.tenants().every(({ name }) => isOwn.has(name)) && store.allLedgers().length <= 1;
}

function notEmpty(): BackupError {
  return new BackupError(
    'BACKUP_NOT_EMPTY',
    'the data directory is not empty: a node has run on it; go on with it by --successor, or name an empty one',
  );
}
