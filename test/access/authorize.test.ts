import { describe, expect, it } from '@jest/globals';
import {
  type Action,
  ACTIONS,
  authorize,
  type Principal,
  type Role,
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

describe('authorize', () => {
  it.each<[Role, readonly Action[]]>([
    [
      'reader',
      [
        'ledger:read',
        'record:read',
        'evidence:export',
        'evidence:verify',
        'anchor:read',
        'trust:read',
      ],
    ],
    [
      'writer',
      [
        'ledger:read',
        'record:append',
        'record:read',
        'signature:attach',
        'evidence:export',
        'evidence:verify',
        'anchor:read',
        'trust:read',
      ],
    ],
    ['admin', ACTIONS.filter((action) => action !== 'tenant:found')],
  ])('lets a %s do exactly this', (role, expected) => {
    expect(ACTIONS.filter((action) => isAllowed(principal(role), action, bank))).toEqual(expected);
  });

  it('lets nobody do anything in another tenant', () => {
    for (const role of ['reader', 'writer', 'admin'] as const)
      for (const action of ACTIONS)
        expect(isAllowed(principal(role), action, otherBank)).toBe(false);
  });

  it('lets an admin of the default tenant found another tenant, and do nothing else there', () => {
    const operator = principal('admin', DEFAULT_TENANT);
    expect(ACTIONS.filter((action) => isAllowed(operator, action, bank))).toEqual(['tenant:found']);
    expect(isAllowed(principal('writer', DEFAULT_TENANT), 'tenant:found', bank)).toBe(false);
  });

  it('does not name the tenant that was asked for', () => {
    expect(() => {
      authorize(principal('admin'), 'record:read', otherBank);
    }).toThrow(expect.objectContaining({ message: expect.not.stringContaining('other-bank') }));
  });
});
