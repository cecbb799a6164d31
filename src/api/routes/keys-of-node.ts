/** `/v1/tenant-keys` and `/v1/node-keys`: which keys sign, seal and open, without any secret. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import type { Clock } from '../../base/time.js';
import {
  KEY_STATES,
  keysOfTenant,
  type ListedKey,
  listedKeyToJson,
  SHARED_KEY_KINDS,
  type SharedKeyKind,
  sharedKeys,
  type SharedKeyParts,
  TENANT_KEY_KINDS,
  type TenantKeyParts,
} from '../../queries/keys-of-node.js';
import type { Guard } from '../authentication.js';
import type { CursorCodec } from '../cursor.js';
import { sendListPage } from '../list-page.js';
import { addResource } from '../resource.js';
import { cursorSchema, instantSchema, json, pageQuery, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface KeysOfNodeRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly clock: Clock;
  readonly keys: TenantKeyParts;
  readonly shared: SharedKeyParts;
  /** The tenant whose keys are the node's own. */
  readonly nodeTenant: string;
  /** Whether the principal may know of this ledger of its tenant. */
  readonly isShown: (principal: Principal, ledger: string) => boolean;
}

const kindOf = z.enum([...TENANT_KEY_KINDS, ...SHARED_KEY_KINDS]);
const tenantQuerySchema = z.strictObject({ ...pageQuery, kind: z.enum(TENANT_KEY_KINDS) });
const nodeQuerySchema = z.strictObject({ ...pageQuery, kind: kindOf });
const spanSchema = z
  .object({ size: z.int(), generation: z.int(), at: instantSchema })
  .partial()
  .meta({ description: 'One of: size of the log’s tree, generation of the vault, instant.' });
const listedKeySchema = z
  .object({
    kind: kindOf,
    state: z.enum(KEY_STATES).meta({
      description:
        '`ended`: another took its place. `closed`: of a log that another goes on for. `lost`: only its public half is left. `waiting`: not used yet. `unusable`: what holds it does not sign.',
    }),
    development: z.boolean(),
    ledger: z.string().optional(),
    origin: z.string().optional(),
    verifierKey: z.string().optional().meta({ description: 'C2SP vkey.' }),
    fingerprint: z.string().optional().meta({
      description: 'SHA-256 of the public key, or of the DER of the certificate; hex.',
    }),
    keyId: z.string().optional().meta({ description: 'Of a vault key, as escrow files name it.' }),
    publicKey: z.string().optional().meta({ description: 'Of an anchor key, compressed; hex.' }),
    heldBy: z.string().optional().meta({ description: 'Where an anchor key is.' }),
    since: spanSchema.optional(),
    until: spanSchema.optional(),
  })
  .meta({ id: 'ListedKey', description: 'Public halves and digests: never a secret.' });
const pageSchema = z.object({ items: z.array(listedKeySchema), cursor: cursorSchema });

export function keysOfNodeRoutes(options: KeysOfNodeRoutesOptions): Router {
  const { guard, cursors, clock, keys, shared, nodeTenant, isShown } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const isShared = (kind: string): kind is SharedKeyKind =>
    (SHARED_KEY_KINDS as readonly string[]).includes(kind);
  addResource(router, '/tenant-keys', {
    get: guard('tenant-key:list', async (principal, request, response) => {
      const { kind, ...page } = validate(tenantQuerySchema, request.query, 'the query');
      const { tenant } = principal;
      const all = await keysOfTenant(keys, tenant, kind, (name) => isShown(principal, name));
      const list = ['tenant-keys', tenant, kind];
      sendListPage<ListedKey>(response, cursors, all, { list, ...page, shown: listedKeyToJson });
    }),
  });
  addResource(router, '/node-keys', {
    get: guard('node-key:list', async (_principal, request, response) => {
      const { kind, ...page } = validate(nodeQuerySchema, request.query, 'the query');
      const all = isShared(kind)
        ? sharedKeys(shared, kind, clock.now())
        : await keysOfTenant(keys, nodeTenant, kind, () => true);
      const list = ['node-keys', kind];
      sendListPage<ListedKey>(response, cursors, all, { list, ...page, shown: listedKeyToJson });
    }),
  });
  return router;
}

export function describeKeysOfNode(registry: OpenAPIRegistry): void {
  const responses = {
    200: { description: 'A page of keys.', content: json(pageSchema) },
    default: problemResponse,
  };
  registry.registerPath({
    method: 'get',
    path: '/v1/tenant-keys',
    summary: 'The keys of your logs, vault and recovery, without any secret',
    description: 'Of logs also those that were handed over or lost, in the order of ledgers.',
    tags: ['keys'],
    request: { query: tenantQuerySchema },
    responses,
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/node-keys',
    summary: 'The keys that all tenants share: only for operators and admins of "default"',
    description: 'Seal and anchor key; of the other kinds those of the node itself.',
    tags: ['keys'],
    request: { query: nodeQuerySchema },
    responses,
  });
}
