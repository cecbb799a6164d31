/**
 * The directory of escrow files (docs/formats/escrow.md): one a tenant, of the present generation of its vault. Put it
 * where it is not lost together with the key store.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { equalBytes, toHex } from '../base/bytes.js';
import { ChirographError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { randomBytes, type RandomSource } from '../base/random.js';
import { systemErrorCode } from '../base/system-error.js';
import type { Clock } from '../base/time.js';
import {
  type DurableFileSystem,
  durableFileSystem,
  removeFileDurably,
  writeFileDurably,
} from './durable-file.js';
import { escrowKeyId, formatEscrow, MAX_ESCROW_FILE, parseEscrow } from './escrow-file.js';
import type { KeyStore } from './key-store.js';
import { KeysError } from './keys-error.js';
import { RecoveryError } from './recovery-error.js';
import type { EscrowedTenant, TenantEscrow, VaultEscrow } from './vault-keepers.js';

export interface EscrowDirectoryOptions {
  readonly directory: string;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly logger: Logger;
  readonly files?: DurableFileSystem;
}

/** What an operator must look after; numbers of tenants, without names. */
export interface EscrowHealth {
  /** Of which the recovery key lies in the key store and is lost with it. */
  readonly development: number;
  readonly unwritten: number;
  /** Of which a file of a destroyed key is still there. */
  readonly unremoved: number;
}

/** Such as `0a1b2c3d4e5f6071.3.escrow`. */
const FILE = /^([0-9a-f]{16})\.([1-9][0-9]{0,9})\.escrow(?:\.tmp)?$/;

export class EscrowDirectory implements VaultEscrow {
  readonly #options: EscrowDirectoryOptions;
  readonly #files: DurableFileSystem;
  readonly #tenants = new Map<string, EscrowedTenant>();
  readonly #development = new Set<string>();
  readonly #unwritten = new Set<string>();
  readonly #unremoved = new Set<string>();

  constructor(options: EscrowDirectoryOptions) {
    this.#options = { ...options, directory: resolve(options.directory) };
    this.#files = options.files ?? durableFileSystem;
  }

  get health(): EscrowHealth {
    return {
      development: this.#development.size,
      unwritten: this.#unwritten.size,
      unremoved: this.#unremoved.size,
    };
  }

  async of(tenant: EscrowedTenant): Promise<TenantEscrow | null> {
    const { handle } = tenant;
    if (await isDevelopment(this.#options.keyStore, tenant)) {
      this.#development.add(handle);
      return null;
    }
    this.#tenants.set(handle, tenant);
    return {
      keep: async (generation, vaultKey) => {
        await this.#keep(tenant, generation, vaultKey).catch((cause: unknown) => {
          throw notKept(cause);
        });
        this.#unwritten.delete(handle);
      },
      drop: (generation) =>
        this.#remembering(this.#unremoved, tenant, () => this.#drop(handle, generation)),
      settle: async (generation, vaultKey) => {
        await this.#remembering(this.#unwritten, tenant, async () => {
          if ((await this.#sound(tenant, generation, vaultKey)) === null)
            await this.#keep(tenant, generation, vaultKey);
        });
        await this.#remembering(this.#unremoved, tenant, () => this.#sweep(handle, generation));
      },
    };
  }

  /**
   * The file of the present generation, as it lies there.
   * @throws KeysError KEYS_ESCROW_NONE of a tenant whose recovery key is a development one; KEYS_ESCROW_UNREADABLE.
   */
  async read(handle: string, generation: number): Promise<Uint8Array> {
    const { keyStore } = this.#options;
    const tenant = this.#tenants.get(handle);
    if (tenant === undefined)
      throw new KeysError(
        'KEYS_ESCROW_NONE',
        'the tenant is not in escrow: its recovery key is a development one, which lies in the key store',
      );
    const unreadable = (cause?: unknown): KeysError =>
      new KeysError(
        'KEYS_ESCROW_UNREADABLE',
        'the escrow file of the tenant is not there as it was written: look after escrowDirectory, and start again',
        { cause },
      );
    try {
      const key = await keyStore.vaultKey(handle, generation);
      const file = await this.#sound(tenant, generation, key);
      key.fill(0);
      if (file !== null) return file;
    } catch (cause) {
      // The directory is away; or the vault was rotated meanwhile, and its key is gone.
      throw unreadable(cause);
    }
    throw unreadable();
  }

  async #keep(tenant: EscrowedTenant, generation: number, vaultKey: Uint8Array): Promise<void> {
    const { directory, keyStore, clock, random } = this.#options;
    const root = await keyStore.tenantRoot(tenant.handle);
    const keys = { root, vaultKey };
    const label = {
      ...{ generation, tenant: tenant.handle, tenantName: tenant.name, nodeId: keyStore.nodeId },
      recoveryKey: tenant.recoveryKey,
      id: toHex(randomBytes(random, 16)),
      keyId: escrowKeyId(keys),
      madeAt: clock.now(),
      run: (await keyStore.mark())?.run ?? 0,
    };
    const bytes = formatEscrow(label, keys);
    root.fill(0);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const path = this.#path(tenant.handle, generation);
    // A crash in it leaves no file of this generation, or one of a key that was never used: the next opening removes it.
    await writeFileDurably(path, bytes, 0o600, this.#files);
    if (!equalBytes(await readFile(path), bytes))
      throw new KeysError('KEYS_ESCROW_FAILED', 'an escrow file reads back as something else');
  }

  /** The file that is there; null if it is not of this key, for whom it should be. */
  async #sound(
    tenant: EscrowedTenant,
    generation: number,
    vaultKey: Uint8Array,
  ): Promise<Uint8Array | null> {
    const { keyStore } = this.#options;
    try {
      const bytes = await readFile(this.#path(tenant.handle, generation));
      if (bytes.length > MAX_ESCROW_FILE) return null;
      const file = parseEscrow(bytes);
      const root = await keyStore.tenantRoot(tenant.handle);
      const isSound =
        file.keyId === escrowKeyId({ root, vaultKey }) &&
        file.nodeId === keyStore.nodeId &&
        file.tenant === tenant.handle &&
        file.generation === generation &&
        equalBytes(file.recoveryKey, tenant.recoveryKey);
      return isSound ? bytes : null;
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT' || cause instanceof RecoveryError) return null;
      throw cause;
    }
  }

  async #drop(handle: string, generation: number): Promise<void> {
    await removeFileDurably(this.#path(handle, generation), this.#files);
  }

  /** All but the present generation's: what a crash, or a directory that was away, has left. */
  async #sweep(handle: string, present: number): Promise<void> {
    const { directory } = this.#options;
    for (const name of await readdir(directory)) {
      const [, tenant, generation] = FILE.exec(name) ?? [];
      if (tenant === handle && (Number(generation) !== present || name.endsWith('.tmp')))
        await removeFileDurably(join(directory, name), this.#files);
    }
  }

  async #remembering(
    failed: Set<string>,
    { handle }: EscrowedTenant,
    act: () => Promise<void>,
  ): Promise<void> {
    try {
      await act();
      failed.delete(handle);
    } catch (error) {
      failed.add(handle);
      this.#options.logger.error('escrow not as it should be', { tenant: handle, error });
    }
  }

  #path(handle: string, generation: number): string {
    return join(this.#options.directory, `${handle}.${generation}.escrow`);
  }
}

/** The catalog names the key; the key store says whether it has it itself. */
async function isDevelopment(keyStore: KeyStore, { handle }: EscrowedTenant): Promise<boolean> {
  try {
    return (await keyStore.recoveryKey(handle)).development !== null;
  } catch (cause) {
    // A development one that its operator took away.
    if (cause instanceof KeysError && cause.code === 'KEYS_MISSING') return false;
    throw cause;
  }
}

function notKept(cause: unknown): KeysError {
  const why =
    cause instanceof ChirographError ? cause.message : (systemErrorCode(cause) ?? 'error');
  return new KeysError(
    'KEYS_ESCROW_FAILED',
    `the vault key could not be put in escrow (${why}): nothing was begun; look after escrowDirectory`,
    { cause },
  );
}
