/** Changes of a tenant's grants: pure, from one list to the next. */
import type { UnixMillis } from '../base/brand.js';
import { AccessError } from './access-error.js';
import { type Grant, isOther, MAX_GRANTS, type Signer } from './grant.js';

/** @throws AccessError ACCESS_GRANT_LIMIT. */
export function withGrant(grants: readonly Grant[], grant: Grant): readonly Grant[] {
  if (grants.length >= MAX_GRANTS)
    throw new AccessError(
      'ACCESS_GRANT_LIMIT',
      `a tenant holds at most ${MAX_GRANTS} grants: revoke those that are not needed`,
    );
  return [...grants, grant];
}

/** @throws AccessError ACCESS_GRANT_UNKNOWN; ACCESS_APPROVAL_REFUSED, also to whoever proposed it. */
export function withApproval(
  grants: readonly Grant[],
  id: string,
  by: Signer,
  at: UnixMillis,
): readonly Grant[] {
  const grant = grantOf(grants, id);
  if (grant.state === 'effective') throw refused('the grant waits for no approval');
  if (!isOther(grant.proposedBy, by))
    throw refused('who proposed a grant may not approve it: ask another');
  const approved: Grant = { ...grant, state: 'effective', approvedBy: by, approvedAt: at };
  return grants.map((one) => (one.id === id ? approved : one));
}

/** @throws AccessError ACCESS_GRANT_UNKNOWN. */
export function withoutGrant(grants: readonly Grant[], id: string): readonly Grant[] {
  const grant = grantOf(grants, id);
  return grants.filter((one) => one !== grant);
}

/** @throws AccessError ACCESS_GRANT_UNKNOWN. */
export function grantOf(grants: readonly Grant[], id: string): Grant {
  const grant = grants.find((one) => one.id === id);
  if (grant === undefined)
    throw new AccessError('ACCESS_GRANT_UNKNOWN', 'the tenant has no grant with this id');
  return grant;
}

function refused(reason: string): AccessError {
  return new AccessError('ACCESS_APPROVAL_REFUSED', reason);
}
