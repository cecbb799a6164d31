/** `/v1/backups`: backups of the whole node, to the directories that it is given. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { BackupKeeper, TargetStatus } from '../../backup/backup-keeper.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { definedMembers } from '../../base/defined-members.js';
import { formatInstant } from '../../base/time.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import { addResource } from '../resource.js';
import { json, problemResponse } from '../schemas.js';
import { validate } from '../validate.js';

export interface BackupsRoutesOptions {
  readonly guard: Guard;
  readonly body: BodyLimits;
  readonly backups: BackupKeeper;
  /** Of a log, by its handle; undefined of one that is not there any more. */
  readonly originOf: (handle: string) => string | undefined;
  /** Of a tenant's vault now. */
  readonly generationOf: (tenant: string) => number | undefined;
}

const noQuerySchema = z.strictObject({});
const MAX_PATH = 4_096;
const wantedSchema = z.strictObject({
  target: z
    .string()
    .min(1)
    .max(MAX_PATH)
    .optional()
    .meta({ description: 'One of the directories that are set; all of them unless given.' }),
});
const count = z.number().int().nonnegative();
const targetSchema = z
  .strictObject({
    target: z.string(),
    id: z.string().optional(),
    state: z.enum(['idle', 'waiting', 'running']),
    overdue: z.boolean(),
    problem: z.string().optional(),
    last: z
      .strictObject({
        backup: count,
        at: z.string(),
        entries: count,
        ledgers: z.array(z.strictObject({ origin: z.string(), size: count })),
      })
      .optional(),
    vaults: z.array(
      z.strictObject({ tenant: z.string(), generations: z.array(count), current: z.boolean() }),
    ),
  })
  .meta({ id: 'BackupTarget' });
const targetsSchema = z.strictObject({ items: z.array(targetSchema) });
const begunSchema = z.strictObject({ begun: z.array(z.string()) });

export function backupsRoutes(options: BackupsRoutesOptions): Router {
  const { guard, body, backups } = options;
  const router = Router({ caseSensitive: true, strict: true });
  addResource(router, '/backups', {
    post: guard.administering('backup:make', async (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      const { target } = validate(wantedSchema, await readJsonBody(request, body), 'the body');
      return {
        question: definedMembers({ target }),
        take: () => {
          const begun = [...backups.begin(target === undefined ? undefined : [target])];
          return Promise.resolve({
            made: { begun: begun.length },
            send: () => {
              sendJson(response, 202, { begun });
            },
          });
        },
      };
    }),
    get: guard('backup:read', async (_principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      const items = (await backups.statuses()).map((status) => shown(options, status));
      sendJson(response, 200, { items });
    }),
  });
  return router;
}

function shown({ originOf, generationOf }: BackupsRoutesOptions, status: TargetStatus): JsonObject {
  const { directory, id, state, isOverdue, problem, last, vaults } = status;
  const ledgers = [...(last?.heads ?? [])].flatMap(([handle, { size }]) => {
    const origin = originOf(handle);
    return origin === undefined ? [] : [{ origin, size: Number(size) }];
  });
  return {
    target: directory,
    ...(id !== null && { id }),
    state,
    overdue: isOverdue,
    ...(problem !== null && { problem }),
    ...(last !== null && {
      last: {
        backup: last.number,
        at: formatInstant(last.completedAt),
        entries: ledgers.reduce((sum, { size }) => sum + size, 0),
        ledgers,
      },
    }),
    vaults: vaults.map(({ tenant, generations }) => {
      const now = generationOf(tenant);
      const current = now !== undefined && generations.includes(now);
      return { tenant, generations: [...generations], current };
    }),
  };
}

export function describeBackups(registry: OpenAPIRegistry): void {
  const tags = ['backups'];
  registry.registerPath({
    method: 'post',
    path: '/v1/backups',
    summary: 'Make a backup of the whole node now',
    description:
      'To the directories that the node is given (backupDirectories), or to one of them. Answers at once; the targets say what became of it.',
    tags,
    request: { body: { required: true, content: json(wantedSchema) } },
    responses: {
      202: { description: 'The targets.', content: json(begunSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: '/v1/backups',
    summary: 'What each target holds: its last backup, vaults and their generations, what is wrong',
    tags,
    responses: {
      200: { description: 'All targets.', content: json(targetsSchema) },
      default: problemResponse,
    },
  });
}
