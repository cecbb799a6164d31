/** The key store as a directory (docs/formats/vault.md): the default, and what development uses. */
import type { RandomSource } from '../base/random.js';
import { type DurableFileSystem, durableFileSystem } from './durable-file.js';
import { KeyDirectory } from './internal/key-directory.js';
import { createLogKeys, endLogKeys, readLogKeys } from './internal/log-key-files.js';
import { NODE_FILE, type NodeFile, openNode, readNode } from './internal/node-file.js';
import { NodeKeyFiles } from './internal/node-key-files.js';
import { isVaultKeyFile, TenantKeyFiles } from './internal/tenant-key-files.js';
import type {
  AnchorKey,
  DevelopmentAuthorityKeys,
  GroupPromise,
  KeyStore,
  LogKeys,
  ReplicationKeys,
  SealKeys,
  TenantRecoveryKey,
} from './key-store.js';
import { KeysError } from './keys-error.js';
import type { Mark } from './mark.js';

export interface DirectoryKeyStoreOptions {
  readonly directory: string;
  /** Where the keys must not lie. */
  readonly dataDirectory: string;
  readonly random: RandomSource;
  readonly files?: DurableFileSystem;
}

export class DirectoryKeyStore implements KeyStore {
  readonly #keys: KeyDirectory;
  readonly #random: RandomSource;
  readonly #tenants: TenantKeyFiles;
  readonly #own: NodeKeyFiles;

  private constructor(keys: KeyDirectory, random: RandomSource, node: NodeFile) {
    this.#keys = keys;
    this.#random = random;
    this.#tenants = new TenantKeyFiles(keys, random);
    this.#own = new NodeKeyFiles(keys, node);
  }

  /**
   * Makes the directory if there is none.
   *
   * @throws KeysError KEYS_STORE_UNSAFE if others can read it or any file in it, or if it lies in
   * the data directory; KEYS_MISSING, also if it is empty and the data directory is not;
   * KEYS_FILE_DAMAGED.
   */
  static async open(options: DirectoryKeyStoreOptions): Promise<DirectoryKeyStore> {
    const { directory, dataDirectory, random, files = durableFileSystem } = options;
    const keys = await KeyDirectory.open(directory, dataDirectory, files);
    return new DirectoryKeyStore(keys, random, await openNode(keys, random, dataDirectory));
  }

  /**
   * One that is there, to be looked at: nothing is made, and what a crash left stays.
   *
   * @throws KeysError as `open`; KEYS_MISSING if it is empty.
   */
  static async openUnchanged({
    directory,
    dataDirectory,
    random,
  }: DirectoryKeyStoreOptions): Promise<DirectoryKeyStore> {
    const keys = await KeyDirectory.openUnchanged(directory, dataDirectory);
    return new DirectoryKeyStore(keys, random, await keys.read(NODE_FILE, readNode));
  }

  get nodeId(): string {
    return this.#own.nodeId;
  }

  createLogKeys(handle: string): Promise<LogKeys> {
    return createLogKeys(this.#keys, this.#random, handle);
  }

  async logKeys(handle: string): Promise<LogKeys> {
    return readLogKeys(this.#keys, handle);
  }

  destroyLogKeys(handle: string): Promise<void> {
    return endLogKeys(this.#keys, this.#random, handle);
  }

  createTenant(handle: string, recoveryKey: Uint8Array | null): Promise<void> {
    return this.#tenants.create(handle, recoveryKey);
  }

  adoptTenant(handle: string, root: Uint8Array, recoveryKey: Uint8Array): Promise<void> {
    return this.#tenants.adopt(handle, root, recoveryKey);
  }

  tenantRoot(handle: string): Promise<Uint8Array> {
    return this.#tenants.root(handle);
  }

  recoveryKey(handle: string): Promise<TenantRecoveryKey> {
    return this.#tenants.recoveryKey(handle);
  }

  vaultGenerations(handle: string): Promise<number[]> {
    return this.#tenants.vaultGenerations(handle);
  }

  vaultKey(handle: string, generation: number): Promise<Uint8Array> {
    return this.#tenants.vaultKey(handle, generation);
  }

  createVaultKey(handle: string, generation: number): Promise<Uint8Array> {
    return this.#tenants.createVaultKey(handle, generation);
  }

  destroyVaultKey(handle: string, generation: number): Promise<void> {
    return this.#tenants.destroyVaultKey(handle, generation);
  }

  sealKeys(): Promise<SealKeys | null> {
    return this.#own.sealKeys();
  }

  putSealKeys(keys: SealKeys): Promise<void> {
    return this.#own.putSealKeys(keys);
  }

  developmentAuthority(): Promise<DevelopmentAuthorityKeys | null> {
    return this.#own.developmentAuthority();
  }

  putDevelopmentAuthority(keys: DevelopmentAuthorityKeys): Promise<void> {
    return this.#own.putDevelopmentAuthority(keys);
  }

  anchorKey(): Promise<AnchorKey | null> {
    return this.#own.anchorKey();
  }

  putAnchorKey(key: AnchorKey): Promise<void> {
    return this.#own.putAnchorKey(key);
  }

  replaceAnchorKey(key: AnchorKey): Promise<string | null> {
    return this.#own.replaceAnchorKey(key);
  }

  replicationKeys(): Promise<ReplicationKeys | null> {
    return this.#own.replicationKeys();
  }

  beginReplicationKeys(): Promise<ReplicationKeys> {
    return this.#own.beginReplicationKeys(this.#random);
  }

  groupPromise(origin: string): Promise<GroupPromise | null> {
    return this.#own.groupPromise(origin);
  }

  putGroupPromise(origin: string, promise: GroupPromise): Promise<void> {
    return this.#own.putGroupPromise(origin, promise);
  }

  doubtGroupPromises(): Promise<void> {
    return this.#own.doubtGroupPromises();
  }

  mark(): Promise<Mark | null> {
    return this.#own.mark();
  }

  putMark(mark: Mark): Promise<void> {
    return this.#own.putMark(mark);
  }

  accessChanges(): Promise<number> {
    return this.#own.accessChanges();
  }

  putAccessChanges(changes: number): Promise<void> {
    return this.#own.putAccessChanges(changes);
  }

  async problems(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const name of await this.#own.names()) {
      if (!name.endsWith('.json') || isVaultKeyFile(name)) continue;
      try {
        await this.#keys.check(name);
      } catch (cause) {
        if (!(cause instanceof KeysError)) throw cause;
        problems.push(cause.message);
      }
    }
    return problems;
  }
}
