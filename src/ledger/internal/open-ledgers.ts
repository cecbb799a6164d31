/** The tenants, ledgers and logs of an open store, found by what requests name them by. */
import type { LedgerDescriptor, TenantDescriptor } from '../catalog.js';
import { Ledger, type Submit } from '../ledger.js';
import { LogReader } from '../log-reader.js';
import type { OpenLog } from './open-log.js';
import type { WriteState } from './write-state.js';

interface OpenLedger {
  readonly descriptor: LedgerDescriptor;
  readonly ledger: Ledger;
}

export class OpenLedgers {
  readonly #state: WriteState;
  readonly #submit: Submit;
  readonly #tenants = new Map<string, TenantDescriptor>();
  readonly #tenantsByName = new Map<string, TenantDescriptor>();
  /** By number. */
  readonly #logs = new Map<number, OpenLog>();
  readonly #ledgers = new Map<string, OpenLedger>();
  /** By handle of the tenant, then by name. */
  readonly #byName = new Map<string, Map<string, Ledger>>();

  constructor(state: WriteState, submit: Submit) {
    this.#state = state;
    this.#submit = submit;
  }

  addTenant(tenant: TenantDescriptor): void {
    this.#tenants.set(tenant.handle, tenant);
    this.#tenantsByName.set(tenant.name, tenant);
  }

  addLog(log: OpenLog): void {
    this.#logs.set(log.number, log);
  }

  /** A new ledger, or one that has got another log. All its logs must have been added. */
  addLedger(descriptor: LedgerDescriptor): Ledger {
    const logs = descriptor.logs.map(({ number }) => {
      const log = this.log(number);
      return { log, reader: new LogReader(log, this.#state) };
    });
    const { name, handle, tenant } = descriptor;
    const ledger = new Ledger({ name, handle, tenant }, logs, this.#submit);
    this.#ledgers.set(handle, { descriptor, ledger });
    const named = this.#byName.get(tenant) ?? new Map<string, Ledger>();
    this.#byName.set(tenant, named.set(name, ledger));
    return ledger;
  }

  /** Of a ledger that is open, what the catalog says of it now. */
  describe(descriptor: LedgerDescriptor): void {
    const known = this.#ledgers.get(descriptor.handle);
    if (known !== undefined) this.#ledgers.set(descriptor.handle, { ...known, descriptor });
  }

  tenant(handle: string): TenantDescriptor | undefined {
    return this.#tenants.get(handle);
  }

  tenantNamed(name: string): TenantDescriptor | undefined {
    return this.#tenantsByName.get(name);
  }

  log(number: number): OpenLog {
    const log = this.#logs.get(number);
    if (log === undefined) throw new Error('a log of the catalog was not opened');
    return log;
  }

  ledger(handle: string): OpenLedger | undefined {
    return this.#ledgers.get(handle);
  }

  /** @param tenant handle. */
  ledgerNamed(tenant: string, name: string): Ledger | undefined {
    return this.#byName.get(tenant)?.get(name);
  }

  /** @param tenant handle. */
  ledgersOf(tenant: string): readonly Ledger[] {
    return [...(this.#byName.get(tenant)?.values() ?? [])];
  }

  tenants(): readonly TenantDescriptor[] {
    return [...this.#tenants.values()];
  }

  logs(): readonly OpenLog[] {
    return [...this.#logs.values()];
  }

  ledgers(): readonly OpenLedger[] {
    return [...this.#ledgers.values()];
  }
}
