/**
 * The inspections of all tenants, in memory for every request. What is here has been durable before, in
 * the ledger that keeps it.
 */
import type { UnixMillis } from '../base/brand.js';
import type { Clock } from '../base/time.js';
import { AccessError } from './access-error.js';
import type { Principal } from './authorize.js';
import {
  type Inspection,
  type InspectionMark,
  isInspector,
  stateOfInspection,
} from './inspection.js';
import type { TenantName } from './tenant-name.js';

/** What says whether somebody may look under an inspection. */
export interface Inspections {
  /** Null of one that is not there, or that this principal has no part in. */
  markOf(principal: Principal, id: string): InspectionMark | null;
  /** @throws AccessError INSPECTION_UNKNOWN, INSPECTION_CLOSED, INSPECTION_EXPIRED, INSPECTION_OUT_OF_SCOPE. */
  enter(principal: Principal, id: string, ledger: string | null): Inspection;
}

export class InspectionBook implements Inspections {
  readonly #clock: Clock;
  readonly #tenants = new Map<TenantName, Map<string, Inspection>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(tenant: TenantName, inspection: Inspection): void {
    const all = this.#tenants.get(tenant) ?? new Map<string, Inspection>();
    this.#tenants.set(tenant, all.set(inspection.id, inspection));
  }

  /** In the order opened. */
  of(tenant: TenantName): readonly Inspection[] {
    const all = [...(this.#tenants.get(tenant)?.values() ?? [])];
    return all.sort(
      (a, b) => a.openedAt - b.openedAt || a.number - b.number || (a.id < b.id ? -1 : 1),
    );
  }

  /** Those this principal has a part in, and those that are not hidden from the institution if `isOverseer`. */
  seenBy(principal: Principal, isOverseer: boolean): readonly Inspection[] {
    return this.of(principal.tenant).filter(
      (one) => isInspector(one, principal) || (isOverseer && !one.isHidden),
    );
  }

  openOnes(tenant: TenantName): number {
    const now = this.#clock.now();
    return this.of(tenant).filter((one) => stateOfInspection(one, now) === 'open').length;
  }

  /** Whatever has become of them. */
  openedSince(tenant: TenantName, instant: UnixMillis): number {
    return this.of(tenant).filter(({ openedAt }) => openedAt > instant).length;
  }

  markOf(principal: Principal, id: string): InspectionMark | null {
    const found = this.#found(principal, id);
    return found === undefined ? null : { id: found.id, isHidden: found.isHidden };
  }

  /** @throws AccessError INSPECTION_UNKNOWN, INSPECTION_CLOSED, INSPECTION_EXPIRED. */
  opened(principal: Principal, id: string): Inspection {
    const found = this.#found(principal, id);
    if (found === undefined)
      throw new AccessError(
        'INSPECTION_UNKNOWN',
        'there is no inspection with this id that you have a part in',
      );
    switch (stateOfInspection(found, this.#clock.now())) {
      case 'open':
        return found;
      case 'closed':
        throw new AccessError('INSPECTION_CLOSED', 'the inspection is closed: open another');
      case 'expired':
        throw new AccessError('INSPECTION_EXPIRED', 'the inspection has expired: open another');
    }
  }

  enter(principal: Principal, id: string, ledger: string | null): Inspection {
    const inspection = this.opened(principal, id);
    // Before it is known whether the other ledger is there.
    if (ledger !== null && ledger !== inspection.ledger)
      throw outOfScope('it is of another ledger: open one for this ledger');
    return inspection;
  }

  #found(principal: Principal, id: string): Inspection | undefined {
    const found = this.#tenants.get(principal.tenant)?.get(id);
    return found !== undefined && isInspector(found, principal) ? found : undefined;
  }
}

export function outOfScope(hint: string): AccessError {
  return new AccessError('INSPECTION_OUT_OF_SCOPE', `the inspection does not cover this: ${hint}`);
}
