/** Drives, versions and what is written, as answers describe them in /openapi.json. */
import { z } from 'zod';
import { receiptSchema } from '../../api/entry-schemas.js';
import { instantSchema, jsonObjectSchema, textOfForm } from '../../api/schemas.js';
import type { JsonObject } from '../../base/canonical-json.js';
import { CLASS_NAME, PERSON_NAME } from '../../base/secret-scope.js';
import { formatInstant } from '../../base/time.js';
import type { DrivePort, Version, Written } from '../drive-port.js';
import { drivePayload } from '../drive-settings.js';

const texts = (maximum: number): z.ZodType<Record<string, string>> =>
  z
    .record(z.string().min(1).max(128), z.string().max(256))
    .refine((all) => Object.keys(all).length <= maximum, `at most ${maximum} tags`);

export const tagsSchema = texts(10);

const days = z.int().min(1).max(36_500);
export const lockModeSchema = z.enum(['governance', 'compliance']);
const defaultLockSchema = z.union([
  z.strictObject({ mode: lockModeSchema, days }),
  z.strictObject({ mode: lockModeSchema, years: z.int().min(1).max(100) }),
]);
const quotaSchema = z.strictObject({
  bytes: z.int().min(0).optional(),
  files: z.int().min(0).optional(),
});

export const newDriveSchema = z.strictObject({
  subject: textOfForm(PERSON_NAME).optional().meta({
    description:
      'Whose its files are, where they say nothing else; `drive:` and its name without it.',
  }),
  retention: z.string().regex(CLASS_NAME).optional().meta({ description: 'Class of its files.' }),
  versioning: z.enum(['off', 'on', 'suspended']).optional().meta({
    description: '`on` unless it says otherwise.',
  }),
  lock: z.strictObject({ default: defaultLockSchema.optional() }).optional().meta({
    description: 'Versions can be locked: versioning is on, and stays on.',
  }),
  quota: quotaSchema.optional().meta({ description: 'Of the newest versions.' }),
  tags: texts(50).optional(),
});

/** Null takes a setting away. */
export const changedDriveSchema = z.strictObject({
  retention: z.string().regex(CLASS_NAME).nullable().optional(),
  versioning: z.enum(['on', 'suspended']).optional(),
  lock: z.strictObject({ default: defaultLockSchema.nullable().optional() }).optional(),
  quota: quotaSchema.nullable().optional(),
  tags: texts(50).nullable().optional(),
});

export const driveSchema = z
  .object({
    name: z.string(),
    owner: z.string(),
    madeAt: instantSchema,
    subject: z.string(),
    retention: z.string().optional(),
    versioning: z.enum(['off', 'on', 'suspended']),
    lock: jsonObjectSchema.optional(),
    quota: quotaSchema.optional(),
    tags: z.record(z.string(), z.string()).optional(),
    size: z.number().int().meta({ description: 'Entries of its ledger.' }),
    usage: z
      .object({ files: z.number().int(), bytes: z.number().int() })
      .meta({ description: 'Of the newest versions.' }),
  })
  .meta({ id: 'Drive' });

export const versionSchema = z
  .object({
    path: z.string(),
    version: z.string().meta({ description: 'Leaf hash of the entry that made it; hex.' }),
    index: z.number().int(),
    recordedAt: instantSchema,
    kind: z.enum(['file', 'delete-marker']),
    isLatest: z.boolean(),
    isNull: z.literal(true).optional().meta({
      description: 'Made while the drive kept no versions.',
    }),
    size: z.number().int(),
    etag: z.string(),
    mediaType: z.string(),
    checksums: z.record(z.string(), z.string()).optional(),
    author: z.string(),
    subject: z.string(),
    lock: z.object({ mode: lockModeSchema, until: instantSchema }).optional(),
    hold: z.literal(true).optional(),
    tags: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'FileVersion' });

export const writtenSchema = z.object({ file: versionSchema, receipt: receiptSchema });

export function driveJson(drive: DrivePort): JsonObject {
  const settings = Object.entries(drivePayload(drive.settings));
  const shown = Object.fromEntries(settings.filter(([name]) => name in driveSchema.shape));
  return { name: drive.name, ...shown, size: drive.size, usage: { ...drive.usage() } };
}

export function versionJson(version: Version): JsonObject {
  const { id, path, index, recordedAt, kind, isLatest, isNull } = version;
  const { size, etag, mediaType, checksums, author, subject, lock, hold, tags } = version;
  return {
    ...{ path, version: id, index, recordedAt: formatInstant(recordedAt), kind, isLatest },
    ...(isNull && { isNull }),
    ...{ size, etag, mediaType },
    ...(checksums !== null && { checksums: { ...checksums } }),
    ...{ author, subject },
    ...(lock !== null && { lock: { mode: lock.mode, until: formatInstant(lock.until) } }),
    ...(hold && { hold }),
    ...(Object.keys(tags).length > 0 && { tags: { ...tags } }),
  };
}

export function writtenJson({ version, receipt }: Written): JsonObject {
  const { finality, inclusionProof, ...said } = receipt;
  return {
    file: versionJson(version),
    receipt: { ...said, finality: { ...finality }, inclusionProof: [...inclusionProof] },
  };
}
