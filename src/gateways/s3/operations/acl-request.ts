/** What a request that makes something, or puts an ACL, grants: canned, or header by header. */
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';
import { granteeOf } from './acl-xml.js';
import { type Acl, fullControlOf, type Grant, MAX_GRANTS, type Permission } from './acl.js';
import type { S3Owner } from './owner.js';

/** Null of a request that says nothing. @throws S3Error InvalidArgument, InvalidRequest, and as `granteeOf`. */
export function requestedAcl(headers: S3Headers, owner: S3Owner, bucketOwner: S3Owner): Acl | null {
  const canned = headers.get('x-amz-acl');
  const granted = GRANT_HEADERS.flatMap(([name, permission]) =>
    readGrantHeader(headers.get(name), permission, [owner, bucketOwner]),
  );
  if (canned !== undefined && granted.length > 0)
    throw new S3Error('InvalidRequest', 'give x-amz-acl or x-amz-grant-…, not both');
  if (granted.length > MAX_GRANTS) throw invalid(`an ACL has at most ${MAX_GRANTS} grants`);
  if (canned !== undefined) return cannedAcl(canned, owner, bucketOwner);
  return granted.length === 0 ? null : { grants: granted };
}

function cannedAcl(name: string, owner: S3Owner, bucketOwner: S3Owner): Acl {
  const others = CANNED[name]?.(bucketOwner);
  if (others === undefined) throw invalid('that canned ACL is none that is served here');
  const strangers = others.filter((grant) => !('id' in grant) || grant.id !== owner.id);
  return { grants: [...strangers, fullControlOf(owner)] };
}

/** Besides all to the owner. */
const CANNED: Readonly<Partial<Record<string, (bucketOwner: S3Owner) => readonly Grant[]>>> = {
  private: () => [],
  'public-read': () => [{ group: 'all', permission: 'READ' }],
  'public-read-write': () => [
    { group: 'all', permission: 'READ' },
    { group: 'all', permission: 'WRITE' },
  ],
  'authenticated-read': () => [{ group: 'authenticated', permission: 'READ' }],
  'bucket-owner-read': ({ id, name }) => [{ id, name, permission: 'READ' }],
  'bucket-owner-full-control': (bucketOwner) => [fullControlOf(bucketOwner)],
};

const GRANT_HEADERS = [
  ['x-amz-grant-read', 'READ'],
  ['x-amz-grant-write', 'WRITE'],
  ['x-amz-grant-read-acp', 'READ_ACP'],
  ['x-amz-grant-write-acp', 'WRITE_ACP'],
  ['x-amz-grant-full-control', 'FULL_CONTROL'],
] as const satisfies readonly (readonly [string, Permission])[];

/** `id="…", uri="…"`; clients leave the quotes out, too. */
function readGrantHeader(
  value: string | undefined,
  permission: Permission,
  known: readonly S3Owner[],
): readonly Grant[] {
  if (value === undefined) return [];
  return value.split(',').map((item) => {
    const [, kind, quoted, bare] = /^\s*(\w+)\s*=\s*(?:"([^"]*)"|([^"\s]*))\s*$/.exec(item) ?? [];
    if (kind === undefined) throw invalid('a grant header is a list of id="…" and uri="…"');
    return granteeOf(kind, quoted ?? bare ?? '', permission, nameAmong(known));
  });
}

/** Names of the ids that a request is about: others are nobody's business here. */
export function nameAmong(known: readonly S3Owner[]): (id: string) => string | null {
  return (id) => known.find((owner) => owner.id === id)?.name ?? null;
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidArgument', message);
}
