/** Drives themselves: listing, making, setting and removing them. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { sendJson } from '../../api/answer.js';
import { readJsonBody } from '../../api/body.js';
import { cursorSchema, pageQuery } from '../../api/schemas.js';
import { validate } from '../../api/validate.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { definedMembers } from '../../base/defined-members.js';
import { type DriveSettings, given } from '../drive-settings.js';
import { actorOf, driveOf, flag } from './file-request.js';
import { changedDriveSchema, driveJson, driveSchema, newDriveSchema } from './file-schemas.js';
import type { FilesParts } from './files-parts.js';

export const drivesQuery = z.strictObject(pageQuery);
export const drivesSchema = z.object({ items: z.array(driveSchema), cursor: cursorSchema });
const positionSchema = z.strictObject({ after: z.string() });
const settingsQuery = z.strictObject({ settings: flag });
const noQuery = z.strictObject({});

export function listDrivesHandler({
  guard,
  cursors,
  drives,
  isListed,
}: FilesParts): RequestHandler {
  return guard('ledger:read', async (principal, request, response) => {
    const { tenant } = principal;
    const { limit, cursor } = validate(drivesQuery, request.query, 'the query');
    const list = ['drives', tenant];
    const after = cursor === undefined ? '' : cursors.decode(list, cursor, positionSchema).after;
    const shown = (await drives.list(tenant)).filter(
      ({ name }) => name > after && isListed(principal, name),
    );
    const items = shown.slice(0, limit);
    const last = items.at(-1);
    sendJson(response, 200, {
      items: items.map(driveJson),
      cursor:
        last === undefined || items.length === shown.length
          ? null
          : cursors.encode(list, { after: last.name }),
    });
  });
}

/** What is set of a drive says nothing of its files but how many there are. */
export function settingsHandler({ guard, drives }: FilesParts): RequestHandler {
  return guard('ledger:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    validate(settingsQuery, request.query, 'the query');
    sendJson(response, 200, driveJson(await drives.find(tenant, name)));
  });
}

export function makeDriveHandler({ guard, body, drives }: FilesParts): RequestHandler {
  return guard.administering('drive:create', async (principal, request, response) => {
    const name = driveOf(request);
    validate(noQuery, request.query, 'the query');
    const wanted = validate(newDriveSchema, await readJsonBody(request, body), 'the body');
    const { lock, quota, ...rest } = definedMembers(wanted);
    return {
      ledger: name,
      question: questionOf(wanted),
      take: async () => {
        const drive = await drives.make(principal.tenant, actorOf(principal), name, {
          versioning: 'on',
          ...rest,
          ...(lock !== undefined && { lock: definedMembers(lock) }),
          ...(quota !== undefined && { quota: definedMembers(quota) }),
        });
        return {
          made: { size: drive.size },
          send: () => {
            response.setHeader('Location', `/v1/files/${name}`);
            sendJson(response, 201, driveJson(drive));
          },
        };
      },
    };
  });
}

export function changeDriveHandler({ guard, body, drives }: FilesParts): RequestHandler {
  return guard.administering('drive:configure', async (principal, request, response) => {
    const name = driveOf(request);
    validate(noQuery, request.query, 'the query');
    const wanted = validate(changedDriveSchema, await readJsonBody(request, body), 'the body');
    const drive = await drives.find(principal.tenant, name);
    return {
      ledger: name,
      question: questionOf(wanted),
      take: async () => {
        await drive.configure(actorOf(principal), (old) => changed(old, wanted));
        return {
          made: {},
          send: () => {
            sendJson(response, 200, driveJson(drive));
          },
        };
      },
    };
  });
}

export function removeDriveHandler({ guard, drives }: FilesParts): RequestHandler {
  return guard.administering('drive:configure', async (principal, request, response) => {
    const name = driveOf(request);
    validate(noQuery, request.query, 'the query');
    await drives.find(principal.tenant, name);
    return {
      ledger: name,
      question: { remove: true },
      take: async () => {
        await drives.remove(principal.tenant, actorOf(principal), name);
        return {
          made: {},
          send: () => {
            response.status(204).end();
          },
        };
      },
    };
  });
}

/** Tags are free text, and may be about somebody. */
function questionOf({ tags, ...said }: object & { readonly tags?: unknown }): JsonObject {
  const plain = JSON.parse(JSON.stringify(said)) as JsonObject;
  return { ...plain, ...(tags !== undefined && { tags: true }) };
}

type Changed = z.output<typeof changedDriveSchema>;

function changed(old: DriveSettings, wanted: Changed): DriveSettings {
  const { retention, versioning, lock, quota, tags } = wanted;
  const cleared = Object.entries({ retention, quota, tags }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  const kept = Object.fromEntries(
    Object.entries(old).filter(([name]) => !cleared.includes(name)),
  ) as unknown as DriveSettings;
  return {
    ...kept,
    ...given('retention', retention ?? undefined),
    ...(versioning !== undefined && { versioning }),
    ...(quota !== undefined && quota !== null && { quota: definedMembers(quota) }),
    ...given('tags', tags ?? undefined),
    ...(lock !== undefined && { lock: lockChanged(old.lock, lock) }),
  };
}

function lockChanged(
  old: DriveSettings['lock'],
  { default: wanted }: NonNullable<Changed['lock']>,
): NonNullable<DriveSettings['lock']> {
  if (wanted === undefined) return old ?? {};
  return wanted === null ? {} : { default: wanted };
}
