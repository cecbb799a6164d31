/**
 * Who must have a vault's key before it is used, and must let go of it once it is destroyed. Handed to the ledger store,
 * so that a rotation cannot forget them.
 */
import type { VaultKeeper } from './vault-keeper.js';

export interface VaultKeepers {
  readonly escrow?: VaultEscrow;
  /** Of backups. */
  readonly copy?: VaultKeeper;
}

export interface EscrowedTenant {
  readonly handle: string;
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly recoveryKey: Uint8Array;
}

export interface VaultEscrow {
  /** Null where nothing is kept of the tenant: its recovery key is a development one. */
  of(tenant: EscrowedTenant): Promise<TenantEscrow | null>;
}

export interface TenantEscrow {
  /**
   * Sealed, durable and read back when it returns.
   * @throws KeysError KEYS_ESCROW_FAILED: the key must not be used.
   */
  keep(generation: number, vaultKey: Uint8Array): Promise<void>;
  /** Of a key that was destroyed. What cannot be removed is remembered, and tried again by `settle`. */
  drop(generation: number): Promise<void>;
  /** Leaves what the present generation needs and nothing else. What cannot be done is remembered. */
  settle(generation: number, vaultKey: Uint8Array): Promise<void>;
}
