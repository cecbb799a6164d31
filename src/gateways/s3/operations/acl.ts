/** What a bucket or an object grants, as it is kept: in the settings of a drive, and said of versions. */
import type { JsonObject } from '../../../base/canonical-json.js';
import {
  arrayOf,
  DIGEST,
  JSON_OBJECT,
  JsonMembers,
  oneOf,
  textLike,
} from '../../../base/json-members.js';
import { PERSON_NAME } from '../../../base/secret-scope.js';
import { damagedSettings } from './kept-settings-error.js';
import { type S3Owner } from './owner.js';

export const PERMISSIONS = ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** `all`: also whoever has no key; `authenticated`: every key of the tenant, as far as its role goes. */
export type GranteeGroup = 'all' | 'authenticated';

export type Grant = { readonly permission: Permission } & (
  { readonly group: GranteeGroup } | { readonly id: string; readonly name: string | null }
);

export interface Acl {
  readonly grants: readonly Grant[];
}

/** As Amazon S3 has it. */
export const MAX_GRANTS = 100;

/** Nothing to anybody but the owner. */
export function privateTo(owner: S3Owner): Acl {
  return { grants: [fullControlOf(owner)] };
}

export function fullControlOf({ id, name }: S3Owner): Grant {
  return { id, name, permission: 'FULL_CONTROL' };
}

export function grantsTo(
  { grants }: Acl,
  who: { readonly id: string | null; readonly groups: readonly GranteeGroup[] },
  permission: Exclude<Permission, 'FULL_CONTROL'>,
): boolean {
  return grants.some(
    (grant) =>
      (grant.permission === permission || grant.permission === 'FULL_CONTROL') &&
      ('group' in grant ? who.groups.includes(grant.group) : grant.id === who.id),
  );
}

/** To others than named ones: what a public access block is about. */
export function isPublic({ grants }: Acl): boolean {
  return grants.some((grant) => 'group' in grant);
}

export function withoutPublic({ grants }: Acl): Acl {
  return { grants: grants.filter((grant) => !('group' in grant)) };
}

export function aclToJson({ grants }: Acl): JsonObject {
  return {
    grants: grants.map((grant) =>
      'group' in grant
        ? { group: grant.group, permission: grant.permission }
        : {
            id: grant.id,
            ...(grant.name !== null && { name: grant.name }),
            permission: grant.permission,
          },
    ),
  };
}

/** @throws FilesError FILES_DAMAGED. */
export function aclFromJson(value: JsonObject): Acl {
  const members = new JsonMembers(value, refuse);
  // An ACL may grant nothing at all, which `arrayOf` does not know.
  const isEmpty = Array.isArray(value['grants']) && value['grants'].length === 0;
  const grants = isEmpty ? [] : members.required('grants', arrayOf(JSON_OBJECT, MAX_GRANTS));
  if (!isEmpty) members.end();
  return { grants: grants.map(grantFromJson) };
}

function grantFromJson(value: JsonObject): Grant {
  const members = new JsonMembers(value, refuse, 'grants');
  const permission = members.required('permission', oneOf(...PERMISSIONS));
  const group = members.optional('group', oneOf('all', 'authenticated'));
  const grant =
    group === undefined
      ? {
          id: members.required('id', DIGEST),
          name: members.optional('name', textLike(PERSON_NAME, 'a name')) ?? null,
          permission,
        }
      : { group, permission };
  members.end();
  return grant;
}

function refuse(reason: string): Error {
  return damagedSettings('what S3 grants', reason);
}
