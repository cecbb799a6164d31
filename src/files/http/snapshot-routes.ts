/** `?snapshots`, `?snapshot=name`: names for states of a drive. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { sendJson } from '../../api/answer.js';
import { instantSchema, cursorSchema, pageQuery } from '../../api/schemas.js';
import { validate } from '../../api/validate.js';
import { given } from '../drive-settings.js';
import { SNAPSHOT_NAME } from '../snapshots.js';
import {
  asOfParameter,
  disclosureOf,
  driveOf,
  flag,
  indexPosition,
  stateOf,
} from './file-request.js';
import type { FilesParts } from './files-parts.js';

export const snapshotsQuery = z.strictObject({ ...pageQuery, snapshots: flag });
export const newSnapshotQuery = z.strictObject({
  snapshot: z
    .string()
    .regex(SNAPSHOT_NAME)
    .meta({ description: 'The name: `asOf=@name` finds it.' }),
  asOf: asOfParameter,
});
export const snapshotSchema = z.object({
  name: z.string(),
  size: z.number().int(),
  madeAt: instantSchema,
  madeBy: z.string(),
});
export const snapshotsSchema = z.object({ items: z.array(snapshotSchema), cursor: cursorSchema });

export function listSnapshotsHandler(parts: FilesParts): RequestHandler {
  const { guard, cursors, snapshots } = parts;
  return guard.disclosing('file:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const { limit, cursor } = validate(snapshotsQuery, request.query, 'the query');
    const list = ['snapshots', tenant, name];
    const from =
      cursor === undefined ? undefined : cursors.decode(list, cursor, indexPosition).next;
    const state = await stateOf(parts, tenant, name, undefined);
    const { items, next } = await snapshots.list(state.ledger, { limit, ...given('from', from) });
    return {
      ...disclosureOf(name, state, { snapshots: true, limit }, []),
      entries: items.map(({ entry }) => entry),
      send: () => {
        sendJson(response, 200, {
          items: items.map(({ name: called, size, madeAt, madeBy }) => ({
            ...{ name: called, size, madeAt, madeBy },
          })),
          cursor: next === null ? null : cursors.encode(list, { next }),
        });
      },
    };
  });
}

export function makeSnapshotHandler(parts: FilesParts): RequestHandler {
  return parts.guard('file:write', async (principal, request, response) => {
    const name = driveOf(request);
    const { snapshot, asOf } = validate(newSnapshotQuery, request.query, 'the query');
    const { size } = await stateOf(parts, principal.tenant, name, asOf);
    sendJson(response, 201, await parts.snapshots.make(principal, name, { name: snapshot, size }));
  });
}
