/** `S3Access` over the node's own rules and its access ledger. */
import type { Authority } from '../../access/access-book.js';
import { ANONYMOUS } from '../../access/access-entry.js';
import type { AccessLog, Acting } from '../../access/access-log.js';
import { type Action, rolesAllowing } from '../../access/authorize.js';
import { ChirographError } from '../../base/errors.js';
import type { S3Access, S3Place } from './s3-access.js';
import { S3Error } from './s3-error.js';
import type { S3Caller } from './s3-request.js';

export interface S3AccessDeps {
  readonly authority: Authority;
  readonly log: AccessLog;
}

export function createS3Access({ authority, log }: S3AccessDeps): S3Access {
  const allows: S3Access['allows'] = ({ caller }, action, { tenant, drive }) => {
    if (caller?.principal.tenant !== tenant) return false;
    const { roles, isHidden } = authority.rolesIn(caller.principal, drive);
    // Whoever inspects reads under an inspection, which no S3 client can name.
    const counting = roles.filter((role) => role !== 'inspector');
    return !isHidden && rolesAllowing(action, counting).length > 0;
  };
  const refused: S3Access['refused'] = async ({ id, caller }, action, place, code) => {
    if (caller === null) return;
    // Into the ledger of whoever tries, too, where the place is another's: it is theirs to answer for.
    const { tenant } = caller.principal;
    const named = tenant === place.tenant ? place.drive : null;
    await log.refused(actingIn(tenant, caller, action, id), code, named);
  };
  return {
    allows,
    refused,
    hides: ({ caller }, { tenant, drive }) => {
      if (caller?.principal.tenant !== tenant) return false;
      return authority.rolesIn(caller.principal, drive).isHidden;
    },
    require: async (request, action, place) => {
      if (allows(request, action, place)) return;
      await refused(request, action, place, 'ACCESS_DENIED');
      throw new S3Error('AccessDenied', 'Access Denied', { resource: request.resource });
    },
    act: async ({ id, caller }, action, place, { question }, take) => {
      const acting = actingIn(place.tenant, caller, action, id);
      const about = { question, ...(place.drive !== null && { ledger: place.drive }) };
      await log.begun(acting, about);
      let done: Awaited<ReturnType<typeof take>>;
      try {
        done = await take();
      } catch (error) {
        await log.ended(acting, about, { code: codeOf(error) });
        throw error;
      }
      // A crash here leaves on record that it was begun: it may have been done.
      await log.ended(acting, about, { made: done.made });
      return done.result;
    },
  };
}

/** @param tenant whose ledger it is entered into. */
export function actingIn(
  tenant: S3Place['tenant'],
  caller: S3Caller | null,
  action: Action,
  request: string,
): Acting {
  const who =
    caller === null
      ? ({ author: ANONYMOUS, keyId: ANONYMOUS } as const)
      : { author: caller.principal.author, keyId: caller.principal.keyId };
  return { principal: { tenant, ...who }, action, request };
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof ChirographError ? error.code : null;
  return typeof code === 'string' ? code : 'INTERNAL';
}
