/**
 * Identities as they are now, of all tenants. Some of them in memory; what is there was durable before, and goes
 * when a secret of the tenant is destroyed.
 */
import { SharedTurns } from '../base/shared-turns.js';
import { IDENTITY_ID, type IdentityId } from '../identities/identity-event.js';
import { IDENTITY_LEDGER } from '../identities/identity-record.js';
import type { IdentityState } from '../identities/identity-state.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { Ledger } from '../ledger/ledger.js';
import { identityHistory } from './identity-history.js';

/** In memory, of all tenants together. */
const MAX_KEPT = 1_000;

interface Kept {
  readonly state: IdentityState;
  readonly vaultGeneration: number;
}

export class IdentityBook {
  readonly #store: Pick<LedgerStore, 'ledgersOf' | 'vaultOf'>;
  /** Least lately used first. */
  readonly #kept = new Map<string, Kept>();
  readonly #turns = new SharedTurns();

  constructor(store: Pick<LedgerStore, 'ledgersOf' | 'vaultOf'>) {
    this.#store = store;
  }

  /** @param tenant handle. @returns null of a tenant that has had no identity. */
  ledgerOf(tenant: string): Ledger | null {
    const ledgers = this.#store.ledgersOf(tenant);
    return ledgers.find(({ identity }) => identity.name === IDENTITY_LEDGER) ?? null;
  }

  /** @returns null of what is no identity of this tenant. @throws as `identityHistory`. */
  async now(tenant: string, id: string): Promise<IdentityState | null> {
    const name = nameOf(tenant, id);
    const vault = this.#store.vaultOf(tenant);
    const kept = this.#kept.get(name);
    if (kept?.vaultGeneration === vault.generation) {
      this.#keep(name, kept);
      return kept.state;
    }
    const ledger = this.ledgerOf(tenant);
    if (ledger === null || !isIdentityId(id)) return null;
    const vaultGeneration = vault.generation;
    const { state } = await identityHistory(ledger, vault, id);
    if (state !== null) this.#keep(name, { state, vaultGeneration });
    return state;
  }

  /**
   * Runs what rests on what the identity is: it does not change before that is over. So whatever is
   * appended in it stands behind the last event of the identity, and before the next.
   */
  reading<T>(tenant: string, id: string, act: () => Promise<T>): Promise<T> {
    return this.#turns.share(nameOf(tenant, id), act);
  }

  /** Runs a change; what it was is forgotten, whether it was made or not. */
  changing<T>(tenant: string, id: string, act: () => Promise<T>): Promise<T> {
    const name = nameOf(tenant, id);
    return this.#turns.alone(name, async () => {
      try {
        return await act();
      } finally {
        this.#kept.delete(name);
      }
    });
  }

  #keep(name: string, kept: Kept): void {
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

export function isIdentityId(text: string): text is IdentityId {
  return IDENTITY_ID.test(text);
}

function nameOf(tenant: string, id: string): string {
  return `${tenant}/${id}`;
}
