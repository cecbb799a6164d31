/** A bound on how many requests of one kind are under way: of those that are large, or keep the thread busy. */
import type { TenantName } from '../access/tenant-name.js';
import { ApiError } from './api-error.js';
import type { AuthorizedHandler } from './authentication.js';

/**
 * Those beyond `count` get SERVER_BUSY before their body is read; those of one tenant beyond half of
 * it too, or a tenant that sends slowly would keep all others out.
 */
export function atMost(count: number, handler: AuthorizedHandler): AuthorizedHandler {
  const underWay: TenantName[] = [];
  return async (principal, request, response) => {
    const { tenant } = principal;
    const own = underWay.filter((one) => one === tenant).length;
    if (underWay.length >= count || own >= count / 2)
      throw new ApiError('SERVER_BUSY', 'too many requests of this kind at a time: try again');
    underWay.push(tenant);
    try {
      await handler(principal, request, response);
    } finally {
      underWay.splice(underWay.indexOf(tenant), 1);
    }
  };
}
