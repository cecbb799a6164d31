/**
 * Changes grants and settings of tenants. Each change is a record of its own in the access ledger, and
 * holds from the moment at which that is durable.
 */
import type { AccessBook } from '../access/access-book.js';
import { type TenantAccess } from '../access/access-book.js';
import { ACCESS_LEDGER } from '../access/access-entry.js';
import { type AccessThing, GRANTS, SETTINGS, versionOf } from '../access/access-thing.js';
import type { Principal, Role } from '../access/authorize.js';
import { withApproval, withGrant, withoutGrant, grantOf } from '../access/grant-list.js';
import { type Grant, type Grantee, grantsPayload, signerOf } from '../access/grant.js';
import type { TenantName } from '../access/tenant-name.js';
import { settingsPayload, type TenantSettings } from '../access/tenant-settings.js';
import type { UnixMillis } from '../base/brand.js';
import { toHex } from '../base/bytes.js';
import type { JsonObject } from '../base/canonical-json.js';
import { randomBytes } from '../base/random.js';
import { Turns } from '../base/turns.js';
import { appendAccess, type AppendAccessDeps } from './append-access.js';

export interface ChangeAccessDeps extends AppendAccessDeps {
  readonly book: AccessBook;
  /** @returns the handle of a tenant that is there. */
  readonly handleOf: (tenant: TenantName) => string;
}

export interface NewGrant {
  readonly to: Grantee;
  readonly role: Role;
  readonly ledger?: string;
  readonly expiresAt?: UnixMillis;
}

function needsApproval({ approvals, exportApprovals }: TenantSettings, role: Role): boolean {
  return approvals || (exportApprovals && role === 'exporter');
}

export class AccessChanges {
  readonly #deps: ChangeAccessDeps;
  /** Each change is made to what the one before it left. */
  readonly #turns = new Turns();

  constructor(deps: ChangeAccessDeps) {
    this.#deps = deps;
  }

  /** Effective at once, or proposed where the tenant wants two persons. @throws AccessError ACCESS_GRANT_LIMIT. */
  propose(by: Principal, wanted: NewGrant): Promise<Grant> {
    const { random, clock } = this.#deps;
    const id = toHex(randomBytes(random, 6));
    return this.#changeGrants(by, id, ({ grants, settings }) =>
      withGrant(grants, {
        ...wanted,
        id,
        state: needsApproval(settings, wanted.role) ? 'proposed' : 'effective',
        proposedAt: clock.now(),
        proposedBy: signerOf(by),
      }),
    );
  }

  /** @throws AccessError ACCESS_GRANT_UNKNOWN, ACCESS_APPROVAL_REFUSED. */
  approve(by: Principal, id: string): Promise<Grant> {
    const { clock } = this.#deps;
    return this.#changeGrants(by, id, ({ grants }) =>
      withApproval(grants, id, signerOf(by), clock.now()),
    );
  }

  /** @returns what it was. @throws AccessError ACCESS_GRANT_UNKNOWN. */
  async revoke(by: Principal, id: string): Promise<Grant> {
    return this.#turns.take(async () => {
      const before = this.#deps.book.of(by.tenant);
      const grants = withoutGrant(before.grants, id);
      await this.#write(by, GRANTS, grantsPayload(grants), { ...before, grants });
      return grantOf(before.grants, id);
    });
  }

  configure(by: Principal, settings: TenantSettings): Promise<void> {
    return this.#turns.take(() => {
      const { grants } = this.#deps.book.of(by.tenant);
      return this.#write(by, SETTINGS, settingsPayload(settings), { grants, settings });
    });
  }

  #changeGrants(
    by: Principal,
    id: string,
    change: (before: TenantAccess) => readonly Grant[],
  ): Promise<Grant> {
    return this.#turns.take(async () => {
      const before = this.#deps.book.of(by.tenant);
      const grants = change(before);
      await this.#write(by, GRANTS, grantsPayload(grants), { ...before, grants });
      return grantOf(grants, id);
    });
  }

  /** A crash before the record is durable leaves what was; after it, the next opening finds what is. */
  async #write(
    { tenant, author }: Principal,
    thing: AccessThing,
    payload: JsonObject,
    access: TenantAccess,
  ): Promise<void> {
    const { book, handleOf } = this.#deps;
    const to = { tenant: handleOf(tenant), ledger: ACCESS_LEDGER, author } as const;
    await appendAccess(this.#deps, to, [versionOf(thing, tenant, payload)]);
    book.put(tenant, access);
  }
}
