/** `?grants`, `?grant=id`: who may read or write below which folder of a drive. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { AccessError } from '../../access/access-error.js';
import { KEY_TEXT_PATTERN } from '../../access/api-key.js';
import { isKeyId, KEY_ID_PATTERN } from '../../access/key-text.js';
import { sendJson } from '../../api/answer.js';
import { ApiError } from '../../api/api-error.js';
import { readJsonBody } from '../../api/body.js';
import { sendListPage } from '../../api/list-page.js';
import { branded, cursorSchema, instantSchema, pageQuery, textOfForm } from '../../api/schemas.js';
import { validate } from '../../api/validate.js';
import { parseInstant } from '../../base/time.js';
import { FOLDER_GRANT_ID, folderGrantJson, parsePrefix } from '../folder-grant.js';
import { driveOf, flag } from './file-request.js';
import type { FilesParts } from './files-parts.js';

export const grantsQuery = z.strictObject({ ...pageQuery, grants: flag });
const newGrantQuery = z.strictObject({ grants: flag });
export const revokeQuery = z.strictObject({ grant: z.string().regex(FOLDER_GRANT_ID) });
export const newFolderGrantSchema = z.strictObject({
  to: z
    .union([
      z.strictObject({ key: branded(KEY_ID_PATTERN, isKeyId) }),
      z.strictObject({ identity: textOfForm(KEY_TEXT_PATTERN) }),
    ])
    .meta({
      description:
        'The id of an API key, or a name that an identity provider or certificate gives.',
    }),
  prefix: z.string().max(1024).default('').meta({
    type: 'string',
    default: '',
    description: 'A folder, ending in `/`; a file; or nothing, for the whole drive.',
  }),
  right: z.enum(['read', 'write']).meta({ description: 'Whoever may write may read.' }),
  expiresAt: instantSchema.max(30).optional(),
});
export const folderGrantSchema = z
  .object({
    id: z.string(),
    to: z.object({ key: z.string().optional(), identity: z.string().optional() }),
    prefix: z.string(),
    right: z.enum(['read', 'write']),
    expiresAt: instantSchema.optional(),
    madeAt: instantSchema,
    madeBy: z.string(),
  })
  .meta({ id: 'FolderGrant' });
export const folderGrantsSchema = z.object({
  items: z.array(folderGrantSchema),
  cursor: cursorSchema,
});

export function listGrantsHandler({ guard, cursors, drives, grants }: FilesParts): RequestHandler {
  return guard('grant:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const { limit, cursor } = validate(grantsQuery, request.query, 'the query');
    await drives.find(tenant, name);
    const all = await grants.of(tenant, name);
    const list = ['folder-grants', tenant, name];
    sendListPage(response, cursors, all, { list, limit, cursor, shown: folderGrantJson });
  });
}

export function makeGrantHandler(parts: FilesParts): RequestHandler {
  const { guard, body, drives, grants, clock, needsTwo } = parts;
  return guard.administering('grant:propose', async (principal, request, response) => {
    const name = driveOf(request);
    validate(newGrantQuery, request.query, 'the query');
    const input = validate(newFolderGrantSchema, await readJsonBody(request, body), 'the body');
    const prefix = parsePrefix(input.prefix);
    const { to, right } = input;
    const expiresAt = input.expiresAt === undefined ? undefined : parseInstant(input.expiresAt);
    if (expiresAt !== undefined && expiresAt <= clock.now())
      throw new ApiError('REQUEST_INVALID', 'a grant ends in the future');
    await drives.find(principal.tenant, name);
    // A grant for a folder has nobody to approve it: it must not be the way around those that have.
    if (needsTwo(principal.tenant))
      throw new AccessError(
        'ACCESS_APPROVAL_NEEDED',
        'this tenant wants two persons for a grant: grant a role for the ledger of the drive',
      );
    return {
      ledger: name,
      question: { folder: true, to: { ...to }, right },
      take: async () => {
        const wanted = { to, prefix, right, ...(expiresAt !== undefined && { expiresAt }) };
        const grant = await grants.make(principal, name, wanted);
        return {
          made: { grant: grant.id },
          send: () => {
            sendJson(response, 201, folderGrantJson(grant));
          },
        };
      },
    };
  });
}

export function revokeGrantHandler({ guard, drives, grants }: FilesParts): RequestHandler {
  return guard.administering('grant:revoke', async (principal, request, response) => {
    const name = driveOf(request);
    const { grant: id } = validate(revokeQuery, request.query, 'the query');
    await drives.find(principal.tenant, name);
    return {
      ledger: name,
      question: { folder: true, grant: id },
      take: async () => {
        const grant = await grants.revoke(principal, name, id);
        return {
          made: { revoked: grant.id },
          send: () => {
            sendJson(response, 200, folderGrantJson(grant));
          },
        };
      },
    };
  });
}
