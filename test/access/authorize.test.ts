import { describe, expect, it } from '@jest/globals';
import {
  type Action,
  ACTIONS,
  authorize,
  type Principal,
  type Role,
  ROLES,
} from '../../src/access/authorize.js';
import type { KeyId } from '../../src/access/key-text.js';
import { DEFAULT_TENANT, type TenantName } from '../../src/access/tenant-name.js';

const bank = 'bank' as TenantName;
const otherBank = 'other-bank' as TenantName;

function principal(role: Role, tenant: TenantName = bank): Principal {
  return { keyId: '000000000000' as KeyId, tenant, role, author: 'someone' };
}

function isAllowed(who: Principal, action: Action, tenant: TenantName): boolean {
  try {
    authorize(who, action, tenant);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'ACCESS_DENIED' });
    return false;
  }
}

const CHECKS: readonly Action[] = [
  'ledger:read',
  'schema:read',
  'statement:read',
  'evidence:verify',
  'anchor:read',
  'trust:read',
  'calendar:read',
  'group:read',
];
const READS: readonly Action[] = [
  ...CHECKS,
  'record:read',
  'evidence:export',
  'subject:search',
  'identity:read',
  'file:read',
];
const RETENTION: readonly Action[] = [
  'retention:configure',
  'retention:due',
  'erasure:approve',
  'erasure:propose',
  'erasure:run',
  'erasure:show',
  'erasure:withdraw',
  'hold:place',
  'hold:read',
  'hold:release',
  'hold:withdraw',
];
const OVERSIGHT: readonly Action[] = [
  'tenant-key:list',
  'erasure:read',
  'retention:read',
  'tenant:read',
  'grant:read',
  'access:read',
  'inspection:read',
];
const INSPECTION: readonly Action[] = [
  'inspection:open',
  'inspection:close',
  'inspection:read',
  'inspection:package',
];
const WRITES: readonly Action[] = [
  'record:append',
  'signature:attach',
  'calendar:submit',
  'identity:change',
  'identity:register',
  'drive:create',
  'file:write',
];

const EXPECTED: Readonly<Record<Exclude<Role, 'admin'>, readonly Action[]>> = {
  none: [],
  exporter: [],
  operator: [
    'anchor:now',
    'anchor:read',
    'trust:read',
    'tenant:list',
    'calendar:submit',
    'calendar:read',
    'group:move',
    'group:read',
  ],
  auditor: [...CHECKS, ...OVERSIGHT],
  inspector: [...READS, ...INSPECTION],
  reader: READS,
  writer: [...READS, ...WRITES],
  officer: [
    ...READS,
    ...OVERSIGHT,
    ...RETENTION,
    'identity:act',
    'grant:approve',
    'subject:export',
  ],
};

describe('authorize', () => {
  it.each(Object.entries(EXPECTED) as [Role, readonly Action[]][])(
    'lets a key with the role %s do exactly this',
    (role, expected) => {
      const allowed = ACTIONS.filter((action) => isAllowed(principal(role), action, bank));
      expect(allowed.toSorted()).toEqual(expected.toSorted());
    },
  );

  it('lets an admin do all but found tenants, inspect, and write what the node alone writes', () => {
    const denied = ACTIONS.filter((action) => !isAllowed(principal('admin'), action, bank));
    expect(denied).toEqual([
      'anchor:fund',
      'anchor:sign',
      'backup:make',
      'backup:read',
      'replication:read',
      'node-key:list',
      'tenant:found',
      'inspection:open',
      'inspection:close',
      'inspection:package',
      'access:append',
    ]);
  });

  it('goes by the roles of the request where grants have added some', () => {
    const granted: Principal = { ...principal('none'), roles: ['none', 'reader'] };
    expect(authorize(granted, 'record:read', bank)).toEqual(['reader']);
    expect(isAllowed({ ...principal('admin'), roles: ['reader'] }, 'key:list', bank)).toBe(false);
  });

  it('lets nobody do anything in another tenant', () => {
    for (const role of ROLES)
      for (const action of ACTIONS)
        expect(isAllowed(principal(role), action, otherBank)).toBe(false);
  });

  it('lets an admin of the default tenant found another tenant, and do nothing else there', () => {
    const operator = principal('admin', DEFAULT_TENANT);
    expect(ACTIONS.filter((action) => isAllowed(operator, action, bank))).toEqual(['tenant:found']);
    for (const role of ROLES)
      if (role !== 'admin')
        expect(isAllowed(principal(role, DEFAULT_TENANT), 'tenant:found', bank)).toBe(false);
  });

  it.each(['anchor:fund', 'anchor:sign', 'node-key:list'] as const)(
    'lets operators and admins of the default tenant alone %s',
    (action) => {
      for (const role of ROLES) {
        const may = role === 'operator' || role === 'admin';
        const who = principal(role, DEFAULT_TENANT);
        expect(isAllowed(who, action, DEFAULT_TENANT)).toBe(may);
        expect(isAllowed(principal(role), action, bank)).toBe(false);
      }
    },
  );

  it('does not name the tenant that was asked for', () => {
    expect(() => {
      authorize(principal('admin'), 'record:read', otherBank);
    }).toThrow(expect.objectContaining({ message: expect.not.stringContaining('other-bank') }));
  });
});
