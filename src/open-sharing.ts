/** Ledgers that a node keeps together with its peers: opened over its store, and spoken of over its links. */
import { join } from 'node:path';
import { isTenantName, type TenantName } from './access/tenant-name.js';
import type { UnixMillis } from './base/brand.js';
import type { Config } from './config.js';
import { makeDirectoryDurably } from './keys/durable-file.js';
import { LedgerError } from './ledger/ledger-error.js';
import { ReplicaLogs } from './ledger/replica-logs.js';
import { openKeepers } from './open-keepers.js';
import type { OpenedNode } from './open-node.js';
import type { OpenSharing } from './open-replication.js';
import { type Holdings, SharedChunks } from './replication/chunks/shared-chunks.js';
import { systemTimers } from './replication/links/timers.js';
import { ReplicaMemory } from './replication/replica/replica-memory.js';
import type { ErasingPort } from './replication/shared/erasing.js';
import { sharingPort } from './replication/shared/sharing-port.js';
import { Sharing } from './replication/shared/sharing.js';
import { VotingMemory } from './replication/shared/voting-memory.js';
import { isHeard } from './retention/erasure-execution.js';
import { parseVerifierKey } from './tlog/note-key.js';

/** @param holdings content of files. @param onFailure told once, when nothing is known any more of what is on disk. */
export function sharingOver(
  config: Pick<Config, 'data' | 'keys'>,
  opened: Pick<OpenedNode, 'eraser' | 'keyStore' | 'node' | 'ownHolders'>,
  holdings: Holdings,
  onFailure: (error: LedgerError) => void,
): OpenSharing {
  const { data } = config;
  const { keyStore, node } = opened;
  return async ({ own, keys, settings, clock, random, logger }) => {
    const onLost = (cause: unknown): void => {
      onFailure(failureOf(cause));
    };
    const directory = join(data, 'replicas');
    // The logs last: what fails before leaves nothing open, and `Sharing.open` closes them where it fails.
    await makeDirectoryDurably(directory);
    const memory = await ReplicaMemory.open(directory);
    const logs = await ReplicaLogs.open(directory);
    const { store } = node;
    const timers = systemTimers;
    const sharing = await Sharing.open({
      ...{ settings, receipt: keys.receipt, store, keyStore, logs, run: node.run },
      memory,
      votes: await VotingMemory.open(directory),
      adoptTenant: async ({ handle, name, recoveryKey, root }) => {
        await keyStore.adoptTenant(handle, root, parseVerifierKey(recoveryKey).publicKey);
        await node.adoptTenant({ handle, name, recoveryKey });
      },
      erasing: erasingOver(opened),
      ...{ clock, random, timers, logger },
      onFailure: onLost,
    });
    const keepers = await openKeepers(config, node.store, sharing, {
      ...{ peers: settings.peers, receipt: keys.receipt, clock, timers, logger },
      onFailure: onLost,
    }).catch(async (cause: unknown) => {
      await sharing.close();
      throw cause;
    });
    const chunks = new SharedChunks({ sharing, holdings, timers, logger });
    return {
      onLink: (peer, link) => {
        sharing.onLink(peer, link);
        keepers.onLink(peer, link);
        chunks.onLink(peer, link);
      },
      ...{ keepers, chunks },
      port: (links) => sharingPort({ sharing, links, own, settings, store, clock, timers }),
      callOff: () => {
        sharing.callOff();
      },
      // What destroys for a ledger is called off with the ledger, and what waits for one is refused by it.
      close: async () => {
        chunks.close();
        await keepers.close();
        await Promise.all([opened.eraser.close(), sharing.close()]);
      },
    };
  };
}

function failureOf(cause: unknown): LedgerError {
  return cause instanceof LedgerError
    ? cause
    : new LedgerError('LEDGER_FAILED', 'a log could not be kept: start again', { cause });
}

/** What shared ledgers have destroyed goes as this node's own erasures do, one rotation for both. */
function erasingOver({
  eraser,
  node,
  ownHolders,
}: Pick<OpenedNode, 'eraser' | 'node' | 'ownHolders'>): ErasingPort {
  const nameOf = (handle: string): TenantName => {
    const tenant = node.store.tenants().find((one) => one.handle === handle);
    if (tenant === undefined || !isTenantName(tenant.name))
      throw new Error('a shared ledger of a tenant that is not there');
    return tenant.name;
  };
  return {
    destroy: (handle, named) => eraser.destroyNamed(nameOf(handle), named),
    silentCopies: async (handle) => {
      const { generation } = node.store.vaultOf(handle);
      const asked = { tenant: nameOf(handle), present: generation, after: generation };
      const holders = await ownHolders({ ...asked, since: EVER });
      return holders.filter((one) => !isHeard(one)).length;
    },
    certified: () => eraser.confirmHolders(),
  };
}

const EVER = 0 as UnixMillis;
