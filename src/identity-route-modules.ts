/** Routes for who signs, and what they are put together from. */
import type { RouteModule } from './api/app.js';
import { describeIdentities, identitiesRoutes } from './api/routes/identities.js';
import { IdentityChanges } from './commands/change-identities.js';
import { IDENTITY_LEDGER } from './identities/identity-record.js';
import { type RouteParts, type SharedParts, v1 } from './route-parts.js';

export function identityModules(parts: RouteParts, shared: SharedParts): RouteModule[] {
  const { clock, opened, random } = parts;
  const { identityBook: book, node } = opened;
  const { body, cursors, guard, ledgers } = shared;
  const changes = new IdentityChanges({
    ...{ book, clock, random, store: node.store, marksOf: ledgers.marksOf },
    idempotencyKey: (tenant) => node.tenantKeys(tenant).idempotency,
    handleOf: (tenant) => ledgers.handleOf(tenant),
    ensureLedger: (tenant) => node.ensureLedger(tenant, IDENTITY_LEDGER),
  });
  const ledgerOf = (tenant: string) =>
    book.ledgerOf(ledgers.handleOf(tenant)) === null ? null : ledgers.find(tenant, IDENTITY_LEDGER);
  return [v1(identitiesRoutes({ guard, cursors, body, changes, ledgerOf }), describeIdentities)];
}
