/** Ledgers that a node keeps together with its peers: opened over its store, and spoken of over its links. */
import { join } from 'node:path';
import type { Config } from './config.js';
import { LedgerError } from './ledger/ledger-error.js';
import { ReplicaLogs } from './ledger/replica-logs.js';
import type { OpenedNode } from './open-node.js';
import type { OpenSharing } from './open-replication.js';
import { systemTimers } from './replication/links/timers.js';
import { ReplicaMemory } from './replication/replica/replica-memory.js';
import { sharingPort } from './replication/shared/sharing-port.js';
import { Sharing } from './replication/shared/sharing.js';
import { VotingMemory } from './replication/shared/voting-memory.js';
import { parseVerifierKey } from './tlog/note-key.js';

/** @param onFailure told once, when nothing is known any more of what is on disk. */
export function sharingOver(
  { data }: Pick<Config, 'data'>,
  { keyStore, node }: Pick<OpenedNode, 'keyStore' | 'node'>,
  onFailure: (error: LedgerError) => void,
): OpenSharing {
  return async ({ own, keys, settings, clock, random, logger }) => {
    const directory = join(data, 'replicas');
    const logs = await ReplicaLogs.open(directory);
    const { store } = node;
    const timers = systemTimers;
    const sharing = await Sharing.open({
      ...{ settings, receipt: keys.receipt, store, keyStore, logs, run: node.run },
      memory: await ReplicaMemory.open(directory),
      votes: await VotingMemory.open(directory),
      adoptTenant: async ({ handle, name, recoveryKey, root }) => {
        await keyStore.adoptTenant(handle, root, parseVerifierKey(recoveryKey).publicKey);
        await node.adoptTenant({ handle, name, recoveryKey });
      },
      // Nobody of a tenant with shared ledgers is forgotten as yet (`announce-erasures.ts`).
      isErased: () => false,
      ...{ clock, random, timers, logger },
      onFailure: (cause) => {
        onFailure(
          cause instanceof LedgerError
            ? cause
            : new LedgerError('LEDGER_FAILED', 'a shared ledger could not be kept: start again', {
                cause,
              }),
        );
      },
    });
    return {
      onLink: (peer, link) => {
        sharing.onLink(peer, link);
      },
      port: (links) => sharingPort({ sharing, links, own, settings, store, clock, timers }),
      close: () => sharing.close(),
    };
  };
}
