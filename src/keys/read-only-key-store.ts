/**
 * A key store that gives and never changes: for whoever tries out on a copy of the data what opening
 * them would do. Opening may finish a rotation, and destroy a key; here the key is only forgotten.
 */
import { assert } from '../base/errors.js';
import type { KeyStore } from './key-store.js';

export function readOnlyKeyStore(keyStore: KeyStore): KeyStore {
  const destroyed = new Set<string>();
  const refuse = (): never => {
    assert(false, 'nothing is put into a key store that is only read');
  };
  return {
    nodeId: keyStore.nodeId,
    logKeys: (handle) => keyStore.logKeys(handle),
    tenantRoot: (handle) => keyStore.tenantRoot(handle),
    recoveryKey: (handle) => keyStore.recoveryKey(handle),
    vaultKey: (handle, generation) => keyStore.vaultKey(handle, generation),
    sealKeys: () => keyStore.sealKeys(),
    developmentAuthority: () => keyStore.developmentAuthority(),
    anchorKey: () => keyStore.anchorKey(),
    replicationKeys: () => keyStore.replicationKeys(),
    groupPromise: (origin) => keyStore.groupPromise(origin),
    mark: () => keyStore.mark(),
    accessChanges: () => keyStore.accessChanges(),
    problems: () => keyStore.problems(),
    vaultGenerations: async (handle) =>
      (await keyStore.vaultGenerations(handle)).filter(
        (generation) => !destroyed.has(`${handle} ${generation}`),
      ),
    destroyVaultKey: (handle, generation) => {
      destroyed.add(`${handle} ${generation}`);
      return Promise.resolve();
    },
    createLogKeys: refuse,
    destroyLogKeys: refuse,
    createTenant: refuse,
    adoptTenant: refuse,
    createVaultKey: refuse,
    putSealKeys: refuse,
    putDevelopmentAuthority: refuse,
    putAnchorKey: refuse,
    replaceAnchorKey: refuse,
    beginReplicationKeys: refuse,
    putGroupPromise: refuse,
    doubtGroupPromises: refuse,
    putMark: refuse,
    putAccessChanges: refuse,
  };
}
