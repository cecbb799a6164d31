/**
 * Opens and closes inspections. Each change is a record of its own in the ledger that keeps the
 * inspection, and holds from the moment at which that is durable.
 */
import { ACCESS_LEDGER } from '../access/access-entry.js';
import { AccessError } from '../access/access-error.js';
import { versionOf } from '../access/access-thing.js';
import type { Principal } from '../access/authorize.js';
import { signerOf } from '../access/grant.js';
import type { InspectionBook } from '../access/inspection-book.js';
import { inspectionPayload, inspectionThing } from '../access/inspection-payload.js';
import {
  HIDDEN_LEDGER,
  type Inspection,
  type InspectionMark,
  inspectionParty,
  MAX_OPEN_INSPECTIONS,
  MAX_OPENED_A_DAY,
} from '../access/inspection.js';
import type { TenantName } from '../access/tenant-name.js';
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import { randomBytes } from '../base/random.js';
import { DAY_MILLIS } from '../base/time.js';
import { Turns } from '../base/turns.js';
import { appendAccess, type AppendAccessDeps } from './append-access.js';

export interface ChangeInspectionsDeps extends AppendAccessDeps {
  readonly inspections: InspectionBook;
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
  /** Makes the ledger of hidden inspections unless it is there. */
  readonly ensureHidden: (tenant: TenantName) => Promise<void>;
}

export type NewInspection = Omit<
  Inspection,
  'number' | 'openedAt' | 'openedBy' | 'closedAt' | 'closedBy'
>;

export class InspectionChanges {
  readonly #deps: ChangeInspectionsDeps;
  /** Two that are opened at once would get one number. */
  readonly #turns = new Turns();

  constructor(deps: ChangeInspectionsDeps) {
    this.#deps = deps;
  }

  /** What a new one will be called, also in the entry that says it is about to be opened. */
  async mark(tenant: TenantName, isHidden: boolean): Promise<InspectionMark> {
    // Before anything is written there; empty, it says that one was about to be opened.
    if (isHidden) await this.#deps.ensureHidden(tenant);
    return { id: toHex(randomBytes(this.#deps.random, 6)), isHidden };
  }

  /** @throws AccessError INSPECTION_LIMIT. */
  open(by: Principal, wanted: NewInspection): Promise<Inspection> {
    const { inspections, clock } = this.#deps;
    return this.#turns.take(async () => {
      const { tenant } = by;
      if (inspections.openOnes(tenant) >= MAX_OPEN_INSPECTIONS)
        throw new AccessError(
          'INSPECTION_LIMIT',
          `a tenant has at most ${MAX_OPEN_INSPECTIONS} open inspections: close those that are done`,
        );
      const dayAgo = (clock.now() - DAY_MILLIS) as UnixMillis;
      if (inspections.openedSince(tenant, dayAgo) >= MAX_OPENED_A_DAY)
        throw new AccessError(
          'INSPECTION_LIMIT',
          `a tenant opens at most ${MAX_OPENED_A_DAY} inspections in a day: use those that are open, or wait`,
        );
      const kept = inspections.of(tenant).filter(({ isHidden }) => isHidden === wanted.isHidden);
      const number = kept.reduce((highest, one) => Math.max(highest, one.number), 0) + 1;
      const opened = { ...wanted, number, openedAt: clock.now(), openedBy: signerOf(by) };
      await this.#write(by, opened);
      return opened;
    });
  }

  /** @throws AccessError INSPECTION_UNKNOWN, INSPECTION_CLOSED, INSPECTION_EXPIRED. */
  close(by: Principal, id: string): Promise<Inspection> {
    const { inspections, clock } = this.#deps;
    return this.#turns.take(async () => {
      const open = inspections.opened(by, id);
      const closed = { ...open, closedAt: clock.now(), closedBy: signerOf(by) };
      await this.#write(by, closed);
      return closed;
    });
  }

  /** A crash before the record is durable leaves what was; after it, the next opening finds what is. */
  async #write({ tenant, author }: Principal, inspection: Inspection): Promise<void> {
    const { handleOf, inspections } = this.#deps;
    const { number, isHidden, scope } = inspection;
    const version = versionOf(inspectionThing(number), tenant, inspectionPayload(inspection));
    const parts = (scope.subjects ?? []).map((subject) => ({ subject, payload: {} }));
    const record = {
      ...version,
      parties: [inspectionParty(inspection)],
      ...(parts.length > 0 && { parts }),
    };
    const ledger = isHidden ? HIDDEN_LEDGER : ACCESS_LEDGER;
    await appendAccess(this.#deps, { tenant: handleOf(tenant), ledger, author }, [record]);
    inspections.put(tenant, inspection);
  }
}
