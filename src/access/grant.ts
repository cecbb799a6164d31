/**
 * A grant: a role that a key, or a person whom somebody vouches for, has in one ledger or in all of a
 * tenant. Kept as one thing whose newest version holds the whole list (docs/formats/access.md).
 */
import type { UnixMillis } from '../base/brand.js';
import type { JsonObject, JsonValue } from '../base/canonical-json.js';
import { COUNT, INSTANT, JsonMembers, oneOf, type Shape, textLike } from '../base/json-members.js';
import { formatInstant } from '../base/time.js';
import { damaged } from '../ledger/ledger-error.js';
import { AccessError } from './access-error.js';
import { KEY_TEXT_PATTERN } from './api-key.js';
import { type Principal, type Role, ROLES } from './authorize.js';
import { type CredentialId, isCredentialId } from './credential-id.js';
import { isKeyId, type KeyId } from './key-text.js';

export const GRANT_TYPE = 'chirograph.Grant';
export const GRANT_KEY = 'grants';
/** The whole list is written again with each change. */
export const MAX_GRANTS = 1000;

export type Grantee = { readonly key: KeyId } | { readonly identity: string };

/** Who proposed or approved: two of them are different persons only if both members differ. */
export interface Signer {
  readonly author: string;
  readonly key: CredentialId;
}

export interface Grant {
  readonly id: string;
  readonly to: Grantee;
  readonly role: Role;
  /** All ledgers of the tenant but restricted ones, and what is about no ledger, without it. */
  readonly ledger?: string;
  readonly expiresAt?: UnixMillis;
  /** It gives nothing while it is only proposed. */
  readonly state: 'proposed' | 'effective';
  readonly proposedAt: UnixMillis;
  readonly proposedBy: Signer;
  readonly approvedAt?: UnixMillis;
  readonly approvedBy?: Signer;
}

export const GRANT_ID_PATTERN = /^[0-9a-f]{12}$/;
const LEDGER_NAME = /^[a-z0-9][a-z0-9.-]{0,62}$/;

/** Whether it gives its role to this principal now. */
export function holds(
  { state, to, expiresAt }: Grant,
  principal: Principal,
  now: UnixMillis,
): boolean {
  if (state !== 'effective' || (expiresAt !== undefined && expiresAt <= now)) return false;
  return isFor(to, principal);
}

export function isFor(to: Grantee, principal: Pick<Principal, 'keyId' | 'identity'>): boolean {
  return 'key' in to ? to.key === principal.keyId : to.identity === principal.identity;
}

export function signerOf({ author, keyId }: Principal): Signer {
  return { author, key: keyId };
}

export function isOther(one: Signer, other: Signer): boolean {
  return one.author !== other.author && one.key !== other.key;
}

/** As the API shows it, and as it is kept. */
export function grantToJson(grant: Grant): JsonObject {
  const { to, proposedBy, approvedBy, expiresAt, proposedAt, approvedAt, ...rest } = grant;
  return {
    ...rest,
    to: { ...to },
    proposedAt: formatInstant(proposedAt),
    proposedBy: { ...proposedBy },
    ...(expiresAt !== undefined && { expiresAt: formatInstant(expiresAt) }),
    ...(approvedAt !== undefined && { approvedAt: formatInstant(approvedAt) }),
    ...(approvedBy !== undefined && { approvedBy: { ...approvedBy } }),
  };
}

const FORMAT = 1;

export function grantsPayload(grants: readonly Grant[]): JsonObject {
  return { $v: FORMAT, ...(grants.length > 0 && { grants: grants.map(grantToJson) }) };
}

/** @throws AccessError ACCESS_FORMAT_NEWER; LedgerError LEDGER_DAMAGED. */
export function parseGrants(payload: JsonValue): readonly Grant[] {
  const members = new JsonMembers(payload, refuse);
  checkFormat(members.required('$v', COUNT));
  const grants = members.objects('grants', MAX_GRANTS).map(parseGrant);
  members.end();
  return grants;
}

function parseGrant(row: JsonMembers): Grant {
  const ledger = row.optional('ledger', LEDGER);
  const expiresAt = row.optional('expiresAt', INSTANT);
  const approvedAt = row.optional('approvedAt', INSTANT);
  const approvedBy = approvedAt === undefined ? undefined : parseSigner(row.object('approvedBy'));
  const grant: Grant = {
    id: row.required('id', textLike(GRANT_ID_PATTERN, 'the id of a grant')),
    to: parseGrantee(row.object('to')),
    role: row.required('role', oneOf(...ROLES)),
    state: row.required('state', oneOf('proposed', 'effective')),
    proposedAt: row.required('proposedAt', INSTANT),
    proposedBy: parseSigner(row.object('proposedBy')),
    ...(ledger !== undefined && { ledger }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(approvedAt !== undefined && { approvedAt }),
    ...(approvedBy !== undefined && { approvedBy }),
  };
  row.end();
  return grant;
}

function parseGrantee(members: JsonMembers): Grantee {
  const to = granteeIn(members);
  members.end();
  return to;
}

/** Of an object that has other members besides. */
export function granteeIn(members: JsonMembers): Grantee {
  const key = members.optional('key', KEY_ID);
  return key === undefined ? { identity: members.required('identity', NAME) } : { key };
}

export function parseSigner(members: JsonMembers): Signer {
  const signer = {
    author: members.required('author', NAME),
    key: members.required('key', CREDENTIAL_ID),
  };
  members.end();
  return signer;
}

const NAME = textLike(KEY_TEXT_PATTERN, 'a name of 1 to 200 characters');
const LEDGER = textLike(LEDGER_NAME, 'the name of a ledger');
const KEY_ID: Shape<KeyId> = {
  what: 'a key id',
  read: (value) => (typeof value === 'string' && isKeyId(value) ? value : null),
};

/** Whoever logged in by a token or a certificate signs as well. */
const CREDENTIAL_ID: Shape<CredentialId> = {
  what: 'the id of a key, token holder or certificate holder',
  read: (value) => (typeof value === 'string' && isCredentialId(value) ? value : null),
};

function checkFormat(format: number): void {
  if (format > FORMAT)
    throw new AccessError(
      'ACCESS_FORMAT_NEWER',
      `the grants have format ${format}; this program reads ${FORMAT}: use the newer program`,
    );
  if (format !== FORMAT) throw refuse('its format is not 1');
}

function refuse(reason: string): Error {
  return damaged(`the grants of a tenant are not what was written: ${reason}`);
}
