/**
 * From a caller's tenant to its ledgers. Routes have no other way to a ledger, so a caller who names
 * another tenant's is told the same as one who names nobody's.
 */
import type { Anchored } from '../anchoring/anchored-heads.js';
import type { Stamped } from '../anchoring/epoch-stamps.js';
import type { TreeSize } from '../base/brand.js';
import type { TimeZoneName } from '../base/calendar.js';
import type { Clock } from '../base/time.js';
import type { Vault } from '../keys/vault.js';
import { LedgerError } from '../ledger/ledger-error.js';
import type { LedgerStore } from '../ledger/ledger-store.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogView } from '../views/log-view.js';
import type { NodeViews } from '../views/node-views.js';
import type { MapEntryAt } from '../views/view-engine.js';
import type { LedgerStateParts } from './ledger-state.js';
import type { AnchoredSize } from './receipt.js';

/** A ledger and what it takes to read it. */
export interface TenantLedger {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly anchoredSize: AnchoredSize;
  readonly clock: Clock;
  /** The tenant's legal one. */
  readonly timeZone: TimeZoneName;
  /** Of the logs of this ledger. */
  readonly views: Pick<NodeViews, 'of'>;
  readonly maps: MapEntries;
}

/** What it takes to read the logs alone. */
export type LedgerLogs = Omit<TenantLedger, 'views' | 'maps'>;

/** Where map entries come from, which proofs of completeness rest on. */
export interface MapEntries {
  /** The newest, made if it does not cover `size` yet. @throws see `MapKeeper.cover`. */
  cover(ledger: Ledger, size: TreeSize): Promise<MapEntryAt>;
  /** The newest, made if anybody is in no map. @throws see `MapKeeper.coverAll`. */
  coverAll(ledger: Ledger): Promise<MapEntryAt | null>;
  /** The last of a log that is closed. @throws see `MapKeeper.closed`. */
  closed(view: LogView, size: TreeSize): Promise<MapEntryAt>;
}

export interface TenantLedgersParts {
  readonly store: Pick<LedgerStore, 'tenantNamed' | 'ledger' | 'ledgersOf' | 'vaultOf' | 'backlog'>;
  readonly anchored: Pick<Anchored, 'sizeOf'>;
  readonly stamped?: Pick<Stamped, 'sizeOf'>;
  readonly clock: Clock;
  readonly views: Pick<NodeViews, 'of'>;
  readonly maps: MapEntries;
  /** @param tenant its name. */
  readonly timeZoneOf: (tenant: string) => TimeZoneName;
}

export class TenantLedgers {
  readonly anchoredSize: AnchoredSize;
  readonly #parts: TenantLedgersParts;

  constructor(parts: TenantLedgersParts) {
    this.#parts = parts;
    this.anchoredSize = (origin) => ({
      anchored: parts.anchored.sizeOf(origin),
      timestamped: parts.stamped?.sizeOf(origin) ?? (0 as TreeSize),
    });
  }

  /** @throws LedgerError LEDGER_UNKNOWN. */
  find(tenant: string, name: string): TenantLedger {
    const { store, clock, views, maps, timeZoneOf } = this.#parts;
    const handle = this.handleOf(tenant);
    return {
      ledger: store.ledger(handle, name),
      vault: store.vaultOf(handle),
      anchoredSize: this.anchoredSize,
      clock,
      timeZone: timeZoneOf(tenant),
      views,
      maps,
    };
  }

  /** By name. */
  list(tenant: string): readonly Ledger[] {
    const { store } = this.#parts;
    const handle = store.tenantNamed(tenant)?.handle;
    if (handle === undefined) return [];
    return store.ledgersOf(handle).toSorted((a, b) => (a.identity.name < b.identity.name ? -1 : 1));
  }

  /** @throws LedgerError LEDGER_UNKNOWN for a tenant that is not there: it has no ledgers either. */
  handleOf(tenant: string): string {
    const found = this.#parts.store.tenantNamed(tenant);
    if (found === undefined) throw new LedgerError('LEDGER_UNKNOWN', 'there is no such ledger');
    return found.handle;
  }

  /** What the state of a ledger takes besides the ledger. */
  stateParts(tenant: string): LedgerStateParts {
    const { store, timeZoneOf } = this.#parts;
    return {
      anchoredSize: this.anchoredSize,
      timeZone: timeZoneOf(tenant),
      backlog: store.backlog,
    };
  }
}
