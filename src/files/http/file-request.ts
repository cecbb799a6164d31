/** What requests about files have in common: which drive, which path, and as of when. */
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import type { Principal } from '../../access/authorize.js';
import type { DisclosedEntry, Disclosure } from '../../access/disclosure.js';
import { eitherHandler } from '../../api/disclosing-routes.js';
import { validate } from '../../api/validate.js';
import type { TreeSize } from '../../base/brand.js';
import type { LeafIndex } from '../../base/brand.js';
import { instantOfState } from '../../queries/as-of.js';
import type { TenantLedger } from '../../queries/tenant-ledgers.js';
import type { DrivePort, FileActor, Version } from '../drive-port.js';
import { FILE_TYPE } from '../file-change.js';
import { type FilePath, parseFilePath } from '../file-path.js';
import { FilesError } from '../files-error.js';
import { sizeMeant } from '../point-in-time.js';
import type { FilesParts } from './files-parts.js';

export const DRIVE = '/files/:ledger';
/** Slashes of a path may be encoded or not: `a%2Fb` is the path `a/b`. */
export const FILE = '/files/:ledger/*path';

/** The guard looks for a parameter of this name: a drive is the ledger that is called so. */
export const drivePath = { ledger: z.string().meta({ description: 'Name of the drive.' }) };
export const filePath = {
  ...drivePath,
  path: z.string().meta({
    description:
      'Of the file: 1–1,024 bytes of UTF-8, percent-encoded. Slashes may stand as they are.',
  }),
};

const driveSchema = z.object(drivePath);

export function driveOf({ params }: Request): string {
  return validate(driveSchema, params, 'the path').ledger;
}

/** @throws FilesError FILE_PATH_REFUSED. */
export function pathOf(request: Request): FilePath {
  return parseFilePath(textOf(request) ?? '');
}

/** What the guard looks for grants for: the path, or where paths of a list begin. */
export function placeOf(request: Request): string {
  const path = textOf(request);
  if (path !== null) return path;
  const { prefix } = request.query;
  return typeof prefix === 'string' ? prefix : '';
}

function textOf({ params }: Request): string | null {
  const { path } = params as Readonly<Record<string, unknown>>;
  return Array.isArray(path) ? path.join('/') : null;
}

export function actorOf({ author }: Principal): FileActor {
  return { author };
}

/** Parameters whose presence says what is asked for: `?versions`. One that is given with another is refused by its schema. */
export function byQuery<Name extends string>(
  handlers: Readonly<Record<Name | 'plain', RequestHandler>>,
): RequestHandler {
  const names = Object.keys(handlers) as (Name | 'plain')[];
  return eitherHandler(
    handlers,
    ({ query }) => names.find((name) => name !== 'plain' && name in query) ?? 'plain',
  );
}

/** Of a parameter that is only there: `?versions`. */
export const flag = z.literal('').meta({ description: 'Without a value.' });

export const asOfParameter = z
  .string()
  .max(64)
  .optional()
  .meta({
    description:
      'As of a size of the ledger, an instant, the end of a calendar date, or a snapshot: `@` and its name.',
    examples: ['4711', '2026-01-31T23:59:59.000Z', '2026-01-31', '@audit-2026'],
  });

export interface DriveState {
  readonly drive: DrivePort;
  readonly ledger: TenantLedger;
  readonly size: TreeSize;
  /** What to ask the drive with: undefined of what is now. */
  readonly at: number | undefined;
}

/** @throws FilesError DRIVE_UNKNOWN; as `sizeMeant`. */
export async function stateOf(
  { drives, ledgers, snapshots }: Pick<FilesParts, 'drives' | 'ledgers' | 'snapshots'>,
  tenant: Principal['tenant'],
  name: string,
  asOf: string | undefined,
): Promise<DriveState> {
  // As of a time before it was removed, it was there.
  const drive =
    asOf === undefined ? await drives.find(tenant, name) : await drives.findPast(tenant, name);
  const ledger = ledgers.find(tenant, name);
  if (asOf === undefined) return { drive, ledger, size: drive.size as TreeSize, at: undefined };
  const size = await sizeMeant(snapshots, ledger, asOf);
  await drive.upToDate();
  return { drive, ledger, size, at: size };
}

/** @throws FilesError FILE_UNKNOWN, FILE_DELETED, FILE_VERSION_UNKNOWN. */
export function versionOf(
  { drive, at }: Pick<DriveState, 'drive' | 'at'>,
  path: FilePath,
  id: string | undefined,
): Version {
  if (id !== undefined) return drive.version(path, id, at);
  const newest = drive.newest(path, at);
  if (newest === null) throw new FilesError('FILE_UNKNOWN', 'this drive has no file of this path');
  if (newest.kind === 'delete-marker')
    throw new FilesError(
      'FILE_DELETED',
      'the file has been deleted: ask for a version, or as of a time before',
    );
  return newest;
}

export const versionParameter = z
  .string()
  .max(64)
  .optional()
  .meta({ description: 'Leaf hash of the entry that made the version; the newest without it.' });

/** What is put on record as shown. Paths stand in no question: they would outlive whom they name. */
export function disclosureOf(
  name: string,
  { ledger, size, at }: Pick<DriveState, 'ledger' | 'size' | 'at'>,
  question: Disclosure['question'],
  versions: readonly Version[],
): Omit<Disclosure, 'send'> {
  return {
    ledger: name,
    question: { ...question, size },
    entries: versions.map(disclosedVersion),
    ...(at !== undefined && {
      standing: async () => [await instantOfState(ledger.ledger.reader, { size })],
    }),
  };
}

export function disclosedVersion({
  id,
  recordedAt,
  subject,
}: Pick<Version, 'recordedAt' | 'subject'> & { readonly id: string }): DisclosedEntry {
  return { leafHash: id, recordedAt, type: FILE_TYPE, subject };
}

/** Of cursors of lists by path, which nobody but the node writes. */
export const pathPosition = z.strictObject({
  after: z.string(),
  version: z.string().optional(),
  size: z
    .int()
    .min(0)
    .transform((size) => size as TreeSize),
});

export const indexPosition = z.strictObject({
  next: z
    .int()
    .min(0)
    .transform((index) => index as LeafIndex),
});
