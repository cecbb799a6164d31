/** Lists of a drive: its files, all versions, and what differs between two states. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { sendJson } from '../../api/answer.js';
import { asOfSchema } from '../../api/entry-schemas.js';
import { cursorSchema, pageQuery } from '../../api/schemas.js';
import { validate } from '../../api/validate.js';
import { stateAt } from '../../queries/as-of.js';
import { diffDrive, type FileDifference } from '../diff-drive.js';
import type { Listing, Version } from '../drive-port.js';
import { given } from '../drive-settings.js';
import { sizeMeant } from '../point-in-time.js';
import {
  asOfParameter,
  disclosureOf,
  driveOf,
  type DriveState,
  flag,
  pathOf,
  pathPosition,
  stateOf,
} from './file-request.js';
import { versionJson, versionSchema } from './file-schemas.js';
import type { FilesParts } from './files-parts.js';

const prefix = z
  .string()
  .max(1024)
  .default('')
  .meta({ type: 'string', description: 'Only paths that begin so.' });
const delimiter = z
  .string()
  .min(1)
  .max(64)
  .optional()
  .meta({ description: 'Paths that have it behind the prefix are told as one prefix: `/`.' });

export const listQuery = z.strictObject({ ...pageQuery, prefix, delimiter, asOf: asOfParameter });
export const versionsQuery = listQuery.extend({ versions: flag });
export const historyQuery = z.strictObject({ ...pageQuery, asOf: asOfParameter, versions: flag });
export const diffQuery = z.strictObject({
  ...pageQuery,
  diff: flag,
  prefix,
  from: z.string().max(64).meta({ description: 'As `asOf`.' }),
  to: z.string().max(64).optional().meta({ description: 'As `asOf`; now without it.' }),
});

export const listingSchema = z.object({
  items: z.array(versionSchema),
  prefixes: z.array(z.string()),
  cursor: cursorSchema,
  asOf: asOfSchema,
});
export const historySchema = listingSchema.omit({ prefixes: true });
export const diffSchema = z.object({
  items: z.array(
    z.object({
      path: z.string(),
      change: z.enum(['added', 'removed', 'changed']),
      before: versionSchema.nullable(),
      after: versionSchema.nullable(),
    }),
  ),
  cursor: cursorSchema,
  from: asOfSchema,
  to: asOfSchema,
});

type ListQuery = z.output<typeof listQuery>;

interface Asked {
  readonly name: string;
  readonly query: ListQuery & { readonly exact?: string };
  readonly isAll: boolean;
}

export function listHandler(parts: FilesParts): RequestHandler {
  return parts.guard.disclosing('file:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const query = validate(listQuery, request.query, 'the query');
    return listed(parts, tenant, { name, query, isAll: false }, (answer) => {
      sendJson(response, 200, answer);
    });
  });
}

export function versionsHandler(parts: FilesParts): RequestHandler {
  return parts.guard.disclosing('file:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const query = validate(versionsQuery, request.query, 'the query');
    return listed(parts, tenant, { name, query, isAll: true }, (answer) => {
      sendJson(response, 200, answer);
    });
  });
}

/** Of one path: `GET /v1/files/{drive}/{path}?versions`. */
export function historyHandler(parts: FilesParts): RequestHandler {
  return parts.guard.disclosing('file:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const exact = pathOf(request);
    const asked = validate(historyQuery, request.query, 'the query');
    const query = { ...asked, prefix: exact, delimiter: undefined, exact };
    return listed(parts, tenant, { name, query, isAll: true }, ({ items, cursor, asOf }) => {
      sendJson(response, 200, { items, cursor, asOf });
    });
  });
}

interface ListAnswer {
  readonly items: readonly object[];
  readonly prefixes: readonly string[];
  readonly cursor: string | null;
  readonly asOf: object;
}

/** A page that follows another is of the same state of the drive. */
async function listed(
  parts: FilesParts,
  tenant: Parameters<typeof stateOf>[1],
  { name, query, isAll }: Asked,
  send: (answer: ListAnswer) => void,
): ReturnType<Parameters<FilesParts['guard']['disclosing']>[1]> {
  const { prefix: begin, delimiter: cut, asOf = '', cursor, limit, exact } = query;
  const list = [
    ...['files', tenant, name, isAll ? 'versions' : 'newest'],
    ...[begin, cut ?? '', asOf, exact === undefined ? '' : 'exact'],
  ];
  const start = cursor === undefined ? undefined : parts.cursors.decode(list, cursor, pathPosition);
  const state = await stateOf(parts, tenant, name, query.asOf);
  const at = start?.size ?? state.size;
  const page = pageOf(state, {
    ...{ prefix: begin, limit, at, isAll, exact },
    ...given('delimiter', cut),
    ...given('after', start?.after),
    ...given('afterVersion', start?.version),
  });
  const { items, prefixes, next } = page;
  const asOfNow = await stateAt(state.ledger.ledger.reader, at);
  return {
    ...disclosureOf(name, { ...state, size: at }, { files: true, versions: isAll, limit }, items),
    send: () => {
      send({
        items: items.map(versionJson),
        prefixes,
        cursor:
          next === null
            ? null
            : parts.cursors.encode(list, {
                after: next.path,
                ...(isAll && next.version !== null && { version: next.version }),
                size: at,
              }),
        asOf: { size: asOfNow.size, rootHash: asOfNow.rootHash },
      });
    },
  };
}

interface PageQuestion {
  readonly prefix: string;
  readonly limit: number;
  readonly at: number;
  readonly isAll: boolean;
  readonly exact: string | undefined;
  readonly delimiter?: string;
  readonly after?: string;
  readonly afterVersion?: string;
}

interface Page extends Pick<Listing, 'items' | 'prefixes'> {
  readonly next: Listing['last'];
}

function pageOf({ drive }: DriveState, { isAll, exact, ...question }: PageQuestion): Page {
  const { items, prefixes, isTruncated, last } = isAll
    ? drive.listVersions(question)
    : drive.list(question);
  if (exact === undefined) return { items, prefixes, next: isTruncated ? last : null };
  // Versions of a path stand together, before those of all that begin with it.
  const own = items.filter(({ path }) => path === exact);
  return { items: own, prefixes, next: isTruncated && own.length === items.length ? last : null };
}

export function diffHandler(parts: FilesParts): RequestHandler {
  return parts.guard.disclosing('file:read', async ({ tenant }, request, response) => {
    const name = driveOf(request);
    const query = validate(diffQuery, request.query, 'the query');
    const { limit, cursor } = query;
    const list = ['diff', tenant, name, query.prefix, query.from, query.to ?? ''];
    const start =
      cursor === undefined ? undefined : parts.cursors.decode(list, cursor, pathPosition);
    const state = await stateOf(parts, tenant, name, query.to);
    const { reader } = state.ledger.ledger;
    const from = await sizeMeant(parts.snapshots, state.ledger, query.from);
    const to = start?.size ?? state.size;
    const { items, next } = diffDrive(state.drive, {
      ...{ from, to, prefix: query.prefix, limit },
      ...given('after', start?.after),
    });
    const [before, after] = [await stateAt(reader, from), await stateAt(reader, to)];
    return {
      ...disclosureOf(name, { ...state, size: to }, { diff: true, from, limit }, versionsIn(items)),
      send: () => {
        sendJson(response, 200, {
          items: items.map(differenceJson),
          cursor: next === null ? null : parts.cursors.encode(list, { after: next, size: to }),
          from: { size: before.size, rootHash: before.rootHash },
          to: { size: after.size, rootHash: after.rootHash },
        });
      },
    };
  });
}

function versionsIn(items: readonly FileDifference[]): readonly Version[] {
  return items.flatMap(({ before, after }) => [before, after].filter((each) => each !== null));
}

function differenceJson({ path, change, before, after }: FileDifference): object {
  return {
    ...{ path, change },
    before: before && versionJson(before),
    after: after && versionJson(after),
  };
}
