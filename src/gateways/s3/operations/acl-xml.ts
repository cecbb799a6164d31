/** ACLs as S3's documents and headers name them. */
import { S3Error } from '../s3-error.js';
import {
  child,
  children,
  childText,
  element,
  s3Document,
  type XmlElement,
} from '../xml-element.js';
import {
  type Acl,
  type Grant,
  type GranteeGroup,
  MAX_GRANTS,
  type Permission,
  PERMISSIONS,
} from './acl.js';
import { ownerElement, type S3Owner } from './owner.js';

const GROUPS: Readonly<Record<GranteeGroup, string>> = {
  all: 'http://acs.amazonaws.com/groups/global/AllUsers',
  authenticated: 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers',
};
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** Grants to groups stand first, as clients are used to. */
export function aclDocument(owner: S3Owner, { grants }: Acl): XmlElement {
  const ordered = [
    ...grants.filter((grant) => 'group' in grant),
    ...grants.filter((grant) => !('group' in grant)),
  ];
  return s3Document('AccessControlPolicy', [
    ownerElement('Owner', owner),
    element('AccessControlList', ordered.map(grantElement)),
  ]);
}

function grantElement(grant: Grant): XmlElement {
  const [type, content] =
    'group' in grant
      ? (['Group', [element('URI', GROUPS[grant.group])]] as const)
      : ([
          'CanonicalUser',
          [
            element('ID', grant.id),
            grant.name === null ? null : element('DisplayName', grant.name),
          ],
        ] as const);
  return element('Grant', [
    element('Grantee', content, { 'xmlns:xsi': XSI, 'xsi:type': type }),
    element('Permission', grant.permission),
  ]);
}

/**
 * @param owner whose it is: a document that names another is refused, as ownership does not change.
 * @param known names of the ids that we know.
 * @throws S3Error MalformedACLError, AccessDenied, and as `granteeOf`.
 */
export function readAclDocument(
  root: XmlElement,
  owner: S3Owner,
  known: (id: string) => string | null,
): Acl {
  const named = child(root, 'Owner');
  const list = child(root, 'AccessControlList');
  if (list === null) throw malformed();
  if (named !== null && childText(named, 'ID') !== owner.id)
    throw new S3Error('AccessDenied', 'the owner does not change: name the one that it has');
  const grants = children(list, 'Grant');
  if (grants.length > MAX_GRANTS) throw malformed();
  return { grants: grants.map((grant) => readGrant(grant, known)) };
}

function readGrant(grant: XmlElement, known: (id: string) => string | null): Grant {
  const grantee = child(grant, 'Grantee');
  const permission = PERMISSIONS.find((one) => one === childText(grant, 'Permission'));
  if (grantee === null || permission === undefined) throw malformed();
  const fields = [
    ['id', 'ID'],
    ['uri', 'URI'],
    ['emailAddress', 'EmailAddress'],
  ] as const;
  const [found, another] = fields.flatMap(([kind, name]) => {
    const text = childText(grantee, name);
    return text === null ? [] : [[kind, text] as const];
  });
  if (found === undefined || another !== undefined) throw malformed();
  return granteeOf(found[0], found[1], permission, known);
}

/** @throws S3Error InvalidArgument, UnresolvableGrantByEmailAddress. */
export function granteeOf(
  kind: string,
  text: string,
  permission: Permission,
  known: (id: string) => string | null,
): Grant {
  switch (kind) {
    case 'id':
      if (!/^[0-9a-f]{64}$/.test(text))
        throw new S3Error('InvalidArgument', 'a grantee id is 64 lower-case hex digits');
      return { id: text, name: known(text), permission };
    case 'uri': {
      const group = (['all', 'authenticated'] as const).find((one) => GROUPS[one] === text);
      if (group === undefined)
        throw new S3Error('InvalidArgument', 'that group is not served here: name another');
      return { group, permission };
    }
    case 'emailAddress':
      throw new S3Error(
        'UnresolvableGrantByEmailAddress',
        'nobody is known here by an e-mail address: name the canonical id',
      );
    default:
      throw new S3Error('InvalidArgument', 'a grantee is named by id or uri');
  }
}

function malformed(): S3Error {
  return new S3Error('MalformedACLError', 'the ACL is not one that S3 has: check it');
}
