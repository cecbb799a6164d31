/** `/v1/escrow/copies`: copies of the tenant's escrow file, who has them, and that they were destroyed. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { Router } from 'express';
import { z } from 'zod';
import type { TenantName } from '../../access/tenant-name.js';
import { utf8ToString } from '../../base/bytes.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { PERSON_NAME } from '../../base/secret-scope.js';
import type { Eraser } from '../../commands/run-erasures.js';
import type { EscrowCopies } from '../../commands/take-escrow-copy.js';
import type { EscrowCopyBook } from '../../retention/escrow-copy-book.js';
import {
  ESCROW_COPY_ID_PATTERN,
  type EscrowCopy,
  escrowCopyToJson,
  isOverdue,
} from '../../retention/escrow-copy.js';
import { sendJson } from '../answer.js';
import type { Guard } from '../authentication.js';
import { type BodyLimits, readJsonBody } from '../body.js';
import type { CursorCodec } from '../cursor.js';
import { sendListPage } from '../list-page.js';
import { addResource } from '../resource.js';
import { signerSchema } from '../retention-schemas.js';
import {
  cursorSchema,
  instantSchema,
  json,
  pageQuery,
  problemResponse,
  textOfForm,
} from '../schemas.js';
import { validate } from '../validate.js';

export interface EscrowRoutesOptions {
  readonly guard: Guard;
  readonly cursors: CursorCodec;
  readonly body: BodyLimits;
  readonly copies: EscrowCopyBook;
  readonly changes: EscrowCopies;
  readonly eraser: Pick<Eraser, 'confirmHolders'>;
  /** Of the tenant's vault now. */
  readonly generationOf: (tenant: TenantName) => number;
}

const COPIES = '/v1/escrow/copies';
const noQuerySchema = z.strictObject({});
const newCopySchema = z.strictObject({
  label: textOfForm(PERSON_NAME).optional().meta({
    description: 'Where it is kept. It stays for ever: name a place, and no person.',
  }),
});
const copySchema = z
  .object({
    id: z.string(),
    generation: z.int().meta({ description: 'Of the vault key in it.' }),
    label: z.string().optional(),
    isOverdue: z.boolean().meta({
      description:
        'The vault has another key since, and nobody has confirmed that it is destroyed.',
    }),
    takenAt: instantSchema,
    takenBy: signerSchema,
    destroyedAt: instantSchema.optional(),
    destroyedBy: signerSchema.optional(),
  })
  .meta({ id: 'EscrowCopy', description: 'docs/formats/escrow.md, Copies.' });
const takenSchema = z.object({
  copy: copySchema,
  file: z.string().meta({ description: 'The escrow file: keep its bytes as they are.' }),
});
const copyPageSchema = z.object({ items: z.array(copySchema), cursor: cursorSchema });
const pathSchema = z.object({ id: z.string().regex(ESCROW_COPY_ID_PATTERN) });
const listQuerySchema = z.strictObject(pageQuery);

export function escrowRoutes(options: EscrowRoutesOptions): Router {
  const { guard, cursors, body, copies, changes, eraser, generationOf } = options;
  const router = Router({ caseSensitive: true, strict: true });
  const shown = (tenant: TenantName, copy: EscrowCopy): JsonObject => ({
    ...escrowCopyToJson(copy),
    isOverdue: isOverdue(copy, generationOf(tenant)),
  });
  addResource(router, '/escrow/copies', {
    post: guard.administering('escrow:copy', async (principal, request, response) => {
      validate(noQuerySchema, request.query, 'the query');
      const { label } = validate(newCopySchema, await readJsonBody(request, body), 'the body');
      return {
        question: { ...(label !== undefined && { label }) },
        take: async () => {
          const { copy, file } = await changes.take(principal, label);
          return {
            made: { copy: copy.id, generation: copy.generation },
            send: () => {
              const said = shown(principal.tenant, copy);
              sendJson(response, 201, { copy: said, file: utf8ToString(file) });
            },
          };
        },
      };
    }),
    get: guard('escrow:read', ({ tenant }, request, response) => {
      const page = validate(listQuerySchema, request.query, 'the query');
      const asked = {
        list: ['escrow-copies', tenant],
        ...page,
        shown: (copy: EscrowCopy) => shown(tenant, copy),
      };
      sendListPage(response, cursors, copies.of(tenant), asked);
    }),
  });
  addResource(router, '/escrow/copies/:id/destruction', {
    post: guard.administering('escrow:confirm', (principal, request, response) => {
      const { id } = validate(pathSchema, request.params, 'the path');
      validate(noQuerySchema, request.query, 'the query');
      const { id: copy } = copies.get(principal.tenant, id);
      return {
        question: { copy },
        take: async () => {
          const destroyed = await changes.destroyed(principal, copy);
          // A crash before its end leaves certificates that name the copy as silent: the next start goes on here.
          await eraser.confirmHolders();
          return {
            made: { copy },
            send: () => {
              sendJson(response, 200, shown(principal.tenant, destroyed));
            },
          };
        },
      };
    }),
  });
  return router;
}

export function describeEscrow(registry: OpenAPIRegistry): void {
  const tags = ['keys'];
  registry.registerPath({
    method: 'post',
    path: COPIES,
    summary: "Take a copy of the tenant's escrow file, which is then on record",
    description:
      'It is sealed to the recovery key: only officers with enough shares can open it. Destroy it once the vault has another key.',
    tags,
    request: { body: { required: true, content: json(newCopySchema) } },
    responses: {
      201: { description: 'The copy.', content: json(takenSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'get',
    path: COPIES,
    summary: 'The copies that were taken, destroyed or not, oldest first',
    tags,
    request: { query: listQuerySchema },
    responses: {
      200: { description: 'A page of copies.', content: json(copyPageSchema) },
      default: problemResponse,
    },
  });
  registry.registerPath({
    method: 'post',
    path: `${COPIES}/{id}/destruction`,
    summary: 'Confirm that somebody has destroyed a copy',
    description: 'Certificates of destruction that named it as silent get another version.',
    tags,
    request: { params: pathSchema },
    responses: {
      200: { description: 'The copy.', content: json(copySchema) },
      default: problemResponse,
    },
  });
}
