/** Keys of tenants in a key store: root, recovery key, and a vault key for each generation. */
import { equalBytes, toBase64 } from '../../base/bytes.js';
import { COUNT, type JsonMembers } from '../../base/json-members.js';
import { randomBytes, type RandomSource } from '../../base/random.js';
import { keyPairOf } from '../key-pair.js';
import type { RestoredTenant, TenantRecoveryKey } from '../key-store.js';
import { KeysError } from '../keys-error.js';
import type { KeyDirectory } from './key-directory.js';
import { damagedKeyFile } from './key-file.js';
import { KEY, KEY_LENGTH, tenantFile, vaultFile } from './key-names.js';
import { noteKeyOf } from './log-key-files.js';

const VAULT_KEY = /^tenant\..*\.vault\./;

export class TenantKeyFiles {
  readonly #keys: KeyDirectory;
  readonly #random: RandomSource;

  constructor(keys: KeyDirectory, random: RandomSource) {
    this.#keys = keys;
    this.#random = random;
  }

  /** @param recoveryKey null makes a development one. */
  async create(handle: string, recoveryKey: Uint8Array | null): Promise<void> {
    const recovery =
      recoveryKey === null
        ? { seed: toBase64(this.#fresh()) }
        : { publicKey: toBase64(recoveryKey) };
    await this.#keys.create(tenantFile(handle, 'recovery'), recovery);
    await this.createVaultKey(handle, 1);
    // The root last: a tenant whose root is there has everything else. A crash before it leaves
    // files under a handle that nothing names.
    await this.#keys.create(tenantFile(handle, 'root'), { root: toBase64(this.#fresh()) });
  }

  /** @throws KeysError KEYS_EXISTS for a handle that goes with other keys. */
  async adopt(handle: string, root: Uint8Array, recoveryKey: Uint8Array): Promise<void> {
    const recovery = tenantFile(handle, 'recovery');
    const known = await this.#keys.readIfThere(tenantFile(handle, 'root'), rootIn);
    const knownRecovery = await this.#keys.readIfThere(recovery, recoveryIn);
    if (
      (known !== null && !equalBytes(known, root)) ||
      (knownRecovery !== null && !equalBytes(knownRecovery.publicKey, recoveryKey))
    )
      throw new KeysError(
        'KEYS_EXISTS',
        `tenant ${handle} is in the key store already, with other keys: it is not the one that is offered`,
      );
    if (known !== null) return;
    if (knownRecovery === null)
      await this.#keys.create(recovery, { publicKey: toBase64(recoveryKey) });
    // A crash from here on leaves files of a tenant that nothing names, and they are found when it is asked for again.
    if ((await this.vaultGenerations(handle)).length === 0) await this.createVaultKey(handle, 1);
    await this.#keys.create(tenantFile(handle, 'root'), { root: toBase64(root) });
  }

  async root(handle: string): Promise<Uint8Array> {
    return this.#keys.read(tenantFile(handle, 'root'), rootIn);
  }

  async recoveryKey(handle: string): Promise<TenantRecoveryKey> {
    return this.#keys.read(tenantFile(handle, 'recovery'), recoveryIn);
  }

  async vaultGenerations(handle: string): Promise<number[]> {
    const prefix = tenantFile(handle, 'vault').replace(/json$/, '');
    return (await this.#keys.names())
      .filter((name) => name.startsWith(prefix))
      .map((name) => /^([1-9][0-9]{0,9})\.json$/.exec(name.slice(prefix.length))?.[1])
      .filter((generation) => generation !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }

  async vaultKey(handle: string, generation: number): Promise<Uint8Array> {
    const file = vaultFile(handle, generation);
    return this.#keys.read(file, (members) => {
      if (members.required('generation', COUNT) !== generation) throw damagedKeyFile(file);
      return members.required('key', KEY);
    });
  }

  async createVaultKey(handle: string, generation: number): Promise<Uint8Array> {
    const key = this.#fresh();
    const content = { generation, key: toBase64(key) };
    await this.#keys.create(vaultFile(handle, generation), content);
    return key;
  }

  async destroyVaultKey(handle: string, generation: number): Promise<void> {
    await this.#keys.destroy(vaultFile(handle, generation), this.#random);
  }

  /** As escrow has them, in a store that is being made. */
  async restore({
    handle,
    root,
    recoveryKey,
    generation,
    vaultKey,
  }: RestoredTenant): Promise<void> {
    await this.#keys.create(tenantFile(handle, 'recovery'), { publicKey: toBase64(recoveryKey) });
    const vault = { generation, key: toBase64(vaultKey) };
    await this.#keys.create(vaultFile(handle, generation), vault);
    await this.#keys.create(tenantFile(handle, 'root'), { root: toBase64(root) });
  }

  #fresh(): Uint8Array {
    return randomBytes(this.#random, KEY_LENGTH);
  }
}

function rootIn(members: JsonMembers): Uint8Array {
  return members.required('root', KEY);
}

function recoveryIn(members: JsonMembers): TenantRecoveryKey {
  const seed = members.optional('seed', KEY);
  if (seed === undefined)
    return { publicKey: members.required('publicKey', KEY), development: null };
  const development = noteKeyOf(keyPairOf(seed));
  return { publicKey: development.publicKey, development };
}

/** Whether a file has a vault key in it, whole or half destroyed. */
export function isVaultKeyFile(name: string): boolean {
  return VAULT_KEY.test(name);
}
