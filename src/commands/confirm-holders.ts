/**
 * Gives certificates that name a holder as silent another version once it is heard of (docs/formats/erasure.md,
 * Certificate). What waits is in memory, so that nothing is read but what changes.
 */
import { ACCESS_LEDGER } from '../access/access-entry.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { Turns } from '../base/turns.js';
import { erasureNumbered } from '../queries/tenant-erasures.js';
import { holderName, isHeard, withConfirmed } from '../retention/erasure-execution.js';
import type { EraserDeps } from './erasure-run.js';

type ConfirmHoldersDeps = Pick<
  EraserDeps,
  'store' | 'erasures' | 'changes' | 'holders' | 'handleOf'
>;

/** Whenever a copy was destroyed: it was silent when the certificate was written. */
const EVER = 0 as UnixMillis;

export class HolderConfirmer {
  readonly #deps: ConfirmHoldersDeps;
  /** Each goes on with the certificates that the one before it left. */
  readonly #turns = new Turns();

  constructor(deps: ConfirmHoldersDeps) {
    this.#deps = deps;
  }

  /** Costs one look at the holders of each tenant that waits for any. @throws what the ledger throws. */
  confirm(): Promise<void> {
    return this.#turns.take(async () => {
      const { erasures } = this.#deps;
      for (const tenant of erasures.tenants())
        if (erasures.awaited(tenant).size > 0) await this.#confirmOf(tenant);
    });
  }

  async #confirmOf(tenant: TenantName): Promise<void> {
    const { store, erasures, changes, holders, handleOf } = this.#deps;
    const vault = store.vaultOf(handleOf(tenant));
    // A later generation is as good: the destroyed one is of no use there either.
    const { generation: present } = vault;
    const now = await holders({ tenant, present, after: present, since: EVER });
    const awaited = erasures.awaited(tenant);
    const heard = now.filter((holder) => isHeard(holder) && awaited.has(holderName(holder)));
    const ids = new Set(heard.flatMap((holder) => [...(awaited.get(holderName(holder)) ?? [])]));
    for (const id of ids) {
      const erasure = erasures.get(tenant, id);
      const ledger = store.ledger(handleOf(tenant), ACCESS_LEDGER);
      const { said } = await erasureNumbered(ledger, vault, tenant, erasure.number);
      // A crash before it leaves a certificate that names the holder as silent: the next start comes here again.
      const certificate = withConfirmed(said.certificate ?? {}, heard);
      await changes.put(tenant, erasure, { certificate });
    }
  }
}
