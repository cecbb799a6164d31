/**
 * Who may do what: one table of actions, pure, so that a reader can check it at a glance. What is not
 * in it is denied.
 */
import { AccessError } from './access-error.js';
import type { CredentialId } from './credential-id.js';
import { DEFAULT_TENANT, type TenantName } from './tenant-name.js';

/**
 * - `none` may do only what grants say.
 * - `operator` runs the node, and reads nothing of what it holds.
 * - `auditor` sees that things were done, and not what they say.
 * - `inspector` reads content only under an open inspection.
 * - `officer` reads, and approves what needs two persons.
 * - `exporter` may do nothing by itself: it is the approval of an export (`export-approval.ts`).
 */
export const ROLES = [
  'none',
  'operator',
  'auditor',
  'inspector',
  'exporter',
  'reader',
  'writer',
  'officer',
  'admin',
] as const;
export type Role = (typeof ROLES)[number];

/** Who a request comes from, as far as its key, token or certificate says. */
export interface Principal {
  /** What it logged in with: an API key's id, `oidc:…` or `cert:…`. */
  readonly keyId: CredentialId;
  readonly tenant: TenantName;
  readonly role: Role;
  /** The identity granted to it, or `key:<id>` of an API key without one: what its records name as their author. */
  readonly author: string;
  /**
   * The name that an identity provider or a certificate vouches for; grants to identities are for
   * these. A key has none: whoever makes keys chooses the author, and must not choose another's grants.
   */
  readonly identity?: string;
  /** For this request: its own role and what grants add. Only `role` where it is not there. */
  readonly roles?: readonly Role[];
}

const EVERYONE = ['auditor', 'inspector', 'reader', 'writer', 'officer', 'admin'] as const;
const READERS = ['inspector', 'reader', 'writer', 'officer', 'admin'] as const;
const OVERSEERS = ['auditor', 'officer', 'admin'] as const;

const ALLOWED = {
  'ledger:create': ['admin'],
  /** That it is there, its state, checkpoints, tiles and proofs. */
  'ledger:read': EVERYONE,
  /** By the log's own keys: the old ones and the new. */
  'ledger:rotate-key': ['admin'],
  'record:append': ['writer', 'admin'],
  /** Content. */
  'record:read': READERS,
  /** What is hashed and signed: kinds, types, times and tags. */
  'statement:read': EVERYONE,
  'signature:attach': ['writer', 'admin'],
  /** A drive is a ledger of its own, whose changes are its entries: grants for that ledger count. */
  'drive:create': ['writer', 'admin'],
  'drive:configure': ['admin'],
  /** Names and content of files: as records. */
  'file:read': READERS,
  'file:write': ['writer', 'admin'],
  /** Removing what a governance lock keeps, or shortening it; nobody does that to a compliance lock. */
  'file:bypass-lock': ['admin'],
  /** What is signed by it is the whole ledger so far: more than who writes one record answers for. */
  'batch:sign': ['admin'],
  'subject:export': ['officer', 'admin'],
  /** Who has a name, a birth date or a number. */
  'subject:search': READERS,
  'evidence:export': READERS,
  'evidence:verify': EVERYONE,
  'identity:register': ['writer', 'admin'],
  /** Whoever brings the event: it is signed by the keys that it takes. */
  'identity:change': ['writer', 'admin'],
  /** What the tenant says of an identity: that it knows it, that it takes nothing of it for now. */
  'identity:act': ['officer', 'admin'],
  'identity:read': READERS,
  'schema:read': EVERYONE,
  'schema:write': ['admin'],
  'anchor:now': ['operator', 'admin'],
  /** Naming a coin of the node's: for the anchors that all tenants share. */
  'anchor:fund': ['operator', 'admin'],
  /** Handing over what the node's anchor key has signed elsewhere, and seeing what it is to sign. */
  'anchor:sign': ['operator', 'admin'],
  'anchor:read': ['operator', ...EVERYONE],
  /** To the directories that the node is given: all tenants are in a backup. */
  'backup:make': ['operator', 'admin'],
  'backup:read': ['operator', 'admin'],
  /** Links to other nodes, and the ledgers of all tenants that are kept together with them. */
  'replication:read': ['operator', 'admin'],
  /** Which nodes keep a ledger, and which of them writes it. */
  'group:read': ['operator', ...EVERYONE],
  'group:change': ['admin'],
  'group:move': ['operator', 'admin'],
  /** Which peers keep a ledger that they cannot read. */
  'keepers:change': ['admin'],
  /** Having a digest stamped with the next epoch: what it is of, the node never learns. */
  'calendar:submit': ['operator', 'writer', 'admin'],
  'calendar:read': ['operator', ...EVERYONE],
  'trust:read': ['operator', ...EVERYONE],
  'key:create': ['admin'],
  'key:list': ['admin'],
  'key:revoke': ['admin'],
  /** Public halves of the keys of the tenant's logs, vault and recovery, and what has become of them. */
  'tenant-key:list': OVERSEERS,
  /** Likewise of what all tenants share: epoch log, seal, anchors. */
  'node-key:list': ['operator', 'admin'],
  /** A new generation of the tenant's vault, without an erasure. */
  'vault:rotate': ['admin'],
  /** Sealed: nobody but the officers can open it. */
  'escrow:copy': ['admin'],
  'escrow:read': ['admin'],
  'escrow:confirm': ['admin'],
  /** Giving a tenant that has no key its first one. */
  'tenant:found': ['admin'],
  'tenant:list': ['operator', 'admin'],
  'tenant:read': OVERSEERS,
  'tenant:configure': ['admin'],
  'grant:propose': ['admin'],
  'grant:approve': ['officer', 'admin'],
  'grant:revoke': ['admin'],
  'grant:read': OVERSEERS,
  'inspection:open': ['inspector'],
  'inspection:close': ['inspector'],
  /** That there is one; of those that are hidden only whoever has a part in it. */
  'inspection:read': ['inspector', ...OVERSEERS],
  /** What was found under it, as a package. */
  'inspection:package': ['inspector'],
  /** Policies and holds, without the persons that holds name. */
  'retention:read': OVERSEERS,
  'retention:configure': ['officer', 'admin'],
  /** Persons whose data are due, and why others' are not. */
  'retention:due': ['officer', 'admin'],
  'hold:place': ['officer', 'admin'],
  /** With the persons that it names. */
  'hold:read': ['officer', 'admin'],
  'hold:release': ['officer', 'admin'],
  /** What somebody proposed: the hold goes on. */
  'hold:withdraw': ['officer', 'admin'],
  /** Erasures and certificates, without the person that is meant. */
  'erasure:read': OVERSEERS,
  /** One, with the person. */
  'erasure:show': ['officer', 'admin'],
  'erasure:propose': ['officer', 'admin'],
  'erasure:approve': ['officer', 'admin'],
  'erasure:withdraw': ['officer', 'admin'],
  'erasure:run': ['officer', 'admin'],
  /** Who saw what: the content of the ledger `_access`. */
  'access:read': OVERSEERS,
  /** The node alone writes there. */
  'access:append': [],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof ALLOWED;
export const ACTIONS = Object.keys(ALLOWED) as readonly Action[];

/** Which of these roles allow it. */
export function rolesAllowing(action: Action, roles: readonly Role[]): readonly Role[] {
  const allowed: readonly Role[] = ALLOWED[action];
  return roles.filter((role) => allowed.includes(role));
}

/** Of what all tenants share: whoever runs the node does it. */
const OF_THE_NODE: readonly Action[] = [
  'anchor:fund',
  'anchor:sign',
  'backup:make',
  'backup:read',
  'node-key:list',
  'replication:read',
];

/**
 * @param tenant whose data the action touches.
 * @returns the roles of the principal that allow it, at least one.
 * @throws AccessError ACCESS_DENIED. The message names the roles that may, never the tenant.
 */
export function authorize(
  principal: Principal,
  action: Action,
  tenant: TenantName,
): readonly Role[] {
  if (action === 'tenant:found') {
    // The new tenant has nobody yet: the node's operators speak for it, once.
    if (principal.tenant !== DEFAULT_TENANT)
      throw denied('only an admin of the tenant "default" can found another tenant');
  } else if (OF_THE_NODE.includes(action) && principal.tenant !== DEFAULT_TENANT) {
    throw denied(
      'only an operator or admin of the tenant "default" does this: it is of the whole node',
    );
  } else if (principal.tenant !== tenant) {
    throw denied('the key belongs to another tenant');
  }
  const found = rolesAllowing(action, principal.roles ?? [principal.role]);
  if (found.length === 0) throw denied(whoMay(ALLOWED[action]));
  return found;
}

function whoMay(roles: readonly Role[]): string {
  if (roles.length === 0) return 'this is written by the node, and by nobody else';
  const named =
    roles.length === 1 ? `the role ${roles.join()}` : `one of the roles ${roles.join(', ')}`;
  return `this needs a key with ${named}; use one, or ask an admin for it`;
}

function denied(reason: string): AccessError {
  return new AccessError('ACCESS_DENIED', reason);
}
