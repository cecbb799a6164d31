/** `/v1/replication`, and who keeps and writes a ledger that several nodes share. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import { definedMembers } from '../../base/defined-members.js';
import {
  moveLedger,
  provenMisbehaviour,
  sharedLedger,
  shareLedger,
  type ShareLedgerDeps,
} from '../../commands/share-ledger.js';
import type { TenantLedgers } from '../../queries/tenant-ledgers.js';
import type { JudgedBlindPeer } from '../../replication/blind-peers/blind-peer-status.js';
import type { ContentStatus } from '../../replication/chunks/content-status.js';
import type { KeepersPort } from '../../replication/keepers/keepers-port.js';
import { ReplicationError } from '../../replication/replication-error.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import { ledgerPath } from '../entry-schemas.js';
import {
  replicationSchema,
  sharedLedgerSchema,
  shownReplication,
  shownSharedLedger,
} from '../replication-schemas.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface ReplicationRoutesDeps extends ShareLedgerDeps {
  readonly blindPeers: () => readonly JudgedBlindPeer[];
}

export interface ReplicationRoutesOptions {
  readonly guard: Guard;
  readonly body: BodyLimits;
  readonly ledgers: TenantLedgers;
  /** Null of a node without peers. */
  readonly replication: ReplicationRoutesDeps | null;
  /** Null where ledgers are kept by nobody else. */
  readonly keepers: Pick<KeepersPort, 'status'> | null;
  /** Of files; null where none goes between nodes. */
  readonly content: () => ContentStatus | null;
  /** Aborted when the node begins to stop. */
  readonly stopping: AbortSignal;
}

/** Less than a client waits for an answer. */
const MOVE_MILLIS = 20_000;
const MAX_OTHERS = 30;

const noQuerySchema = z.strictObject({});
const pathSchema = z.object(ledgerPath);
const peerName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const quorum = z.int().min(1).max(31).optional();
const groupSchema = z.strictObject({
  members: z
    .array(
      z.strictObject({
        peer: peerName.meta({ description: "As this node's settings call it." }),
        hasData: z
          .boolean()
          .default(true)
          .meta({ description: 'Without data it has a vote alone.' }),
        mayWrite: z.boolean().optional().meta({ description: 'Unless given, if it has data.' }),
      }),
    )
    .max(MAX_OTHERS)
    .meta({ description: 'Beside this node, which is one with data that writes.' }),
  writeQuorum: quorum.meta({ description: 'Members with data; unless given, a majority.' }),
  voteQuorum: quorum.meta({ description: 'Members that choose a writer; as above.' }),
  sites: quorum.meta({ description: 'That a write quorum spans at least; 1 unless given.' }),
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .min(1)
    .max(249)
    .optional()
    .meta({ description: 'ISO 3166-1: where members with data may stand; anywhere unless given.' }),
});
const moveSchema = z.strictObject({
  to: peerName.meta({ description: 'The peer that is to write.' }),
});
const misbehaviourSchema = z.object({
  misbehaviour: z.record(z.string(), z.unknown()).nullable(),
});
const shownSchema = z.object({ shared: z.union([sharedLedgerSchema, z.null()]) });

export function replicationRoutes(options: ReplicationRoutesOptions): Router {
  const { guard, body, content, keepers, ledgers, replication, stopping } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const shown = (tenant: string, ledger: string): z.infer<typeof shownSchema> => {
    // Of another tenant's, or of none, nothing is said but that.
    ledgers.find(tenant, ledger);
    const shared = replication && sharedLedger(replication, tenant, ledger);
    return { shared: shared && shownSharedLedger(shared) };
  };
  addResource(router, '/replication', {
    get: guard('replication:read', (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      const { port, blindPeers } = peersOf(replication);
      const kept = keepers?.status() ?? null;
      sendJson(response, 200, shownReplication(port.status(), kept, blindPeers(), content()));
    }),
  });
  addResource(router, '/ledgers/:ledger/group', {
    get: guard('group:read', ({ tenant }, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      const { ledger } = validate(pathSchema, request.params, 'the path');
      sendJson(response, 200, shown(tenant, ledger));
    }),
    put: guard.administering('group:change', async ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      const asked = validate(groupSchema, await readJsonBody(request, body), 'the body');
      const { members, ...numbers } = definedMembers(asked);
      ledgers.find(tenant, ledger);
      const group = {
        ...numbers,
        members: members.map(({ mayWrite, ...rest }) => ({
          ...rest,
          mayWrite: mayWrite ?? rest.hasData,
        })),
      };
      return {
        ledger,
        question: { ...group },
        take: async () => {
          await shareLedger(peersOf(replication), tenant, ledger, group);
          return {
            made: {},
            send: () => {
              sendJson(response, 200, shown(tenant, ledger));
            },
          };
        },
      };
    }),
  });
  addResource(router, '/ledgers/:ledger/misbehaviour', {
    get: guard('group:read', async ({ tenant }, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      const { ledger } = validate(pathSchema, request.params, 'the path');
      ledgers.find(tenant, ledger);
      const proof = replication && (await provenMisbehaviour(replication, tenant, ledger));
      sendJson(response, 200, { misbehaviour: proof });
    }),
  });
  addResource(router, '/ledgers/:ledger/move', {
    post: guard.administering('group:move', async ({ tenant }, request, response) => {
      const { ledger } = validate(pathSchema, request.params, 'the path');
      const { to } = validate(moveSchema, await readJsonBody(request, body), 'the body');
      ledgers.find(tenant, ledger);
      return {
        ledger,
        question: { to },
        take: async () => {
          const signal = AbortSignal.any([stopping, AbortSignal.timeout(MOVE_MILLIS)]);
          await moveLedger(peersOf(replication), tenant, ledger, { peer: to, signal });
          return {
            made: { to },
            send: () => {
              sendJson(response, 200, shown(tenant, ledger));
            },
          };
        },
      };
    }),
  });
  return router;
}

function peersOf(replication: ReplicationRoutesDeps | null): ReplicationRoutesDeps {
  if (replication !== null) return replication;
  throw new ReplicationError(
    'REPLICATION_OFF',
    'the node has no peers: set replication to a file that names them, and start it again',
  );
}

export function describeReplication(registry: OpenAPIRegistry): void {
  const tags = ['replication'];
  const shared = { description: 'Who keeps and writes it.', content: json(shownSchema) };
  const common = { tags, request: { params: pathSchema } };
  registry.registerPath({
    method: 'get',
    path: '/v1/replication',
    summary: 'Links to other nodes, and the ledgers that are kept together with them',
    tags,
    responses: {
      200: { description: 'As this node sees it.', content: json(replicationSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    ...common,
    method: 'get',
    path: '/v1/ledgers/{ledger}/group',
    summary: 'The nodes that keep a ledger together; null where this node keeps it alone',
    responses: { 200: shared, default: problemResponse },
  });
  registry.registerPath({
    ...common,
    method: 'put',
    path: '/v1/ledgers/{ledger}/group',
    summary: 'Have a ledger kept by several nodes, or change which',
    description: 'Asked of the node that writes it.',
    request: { params: pathSchema, body: { required: true, content: json(groupSchema) } },
    responses: { 200: shared, default: problemResponse },
  });
  registry.registerPath({
    ...common,
    method: 'get',
    path: '/v1/ledgers/{ledger}/misbehaviour',
    summary:
      'What proves to anyone that the writer of a ledger told two histories; null where nothing does',
    description:
      'As `chirograph verify` takes it (docs/formats/misbehaviour.md), once it is put into a file.',
    responses: {
      200: { description: 'The proof that this node has kept.', content: json(misbehaviourSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    ...common,
    method: 'post',
    path: '/v1/ledgers/{ledger}/move',
    summary: 'Let another node write a ledger; answers when it does',
    description: 'Asked of the node that writes it, which first gives the other all that it has.',
    request: { params: pathSchema, body: { required: true, content: json(moveSchema) } },
    responses: { 200: shared, default: problemResponse },
  });
}
