/** What is said of a file in the headers of the request that puts it. */
import type { Request } from 'express';
import { z } from 'zod';
import { ApiError } from '../../api/api-error.js';
import { instantSchema } from '../../api/schemas.js';
import { validate } from '../../api/validate.js';
import { PERSON_NAME } from '../../base/secret-scope.js';
import { parseInstant } from '../../base/time.js';
import { IDEMPOTENCY_KEY } from '../../commands/preparation/record-request.js';
import type { PutOptions } from '../drive-port.js';
import { given } from '../drive-settings.js';
import type { FileHeaders, FileLock } from '../file-change.js';
import type { Texts } from '../texts.js';
import { lockModeSchema, tagsSchema } from './file-schemas.js';

export const VERSION_HEADER = 'Chirograph-Version';
export const META_HEADER = 'Chirograph-Meta-';
/** Names and values. */
const MAX_METADATA_BYTES = 2048;
export const OCTETS = 'application/octet-stream';

/** Values of ours are percent-encoded UTF-8: a header holds ASCII. */
const encoded = z
  .string()
  .transform((text, context) => {
    try {
      return decodeURIComponent(text);
    } catch {
      context.addIssue('must be percent-encoded UTF-8');
      return z.NEVER;
    }
  })
  .meta({ type: 'string', description: 'Percent-encoded UTF-8.' });

const headerText = z.string().regex(/^[\x20-\x7e]{1,1024}$/, 'must be 1 to 1024 ASCII characters');

export const putHeadersSchema = z.object({
  'content-type': z
    .string()
    .regex(/^[\x20-\x7e]{1,256}$/, 'must be 1 to 256 ASCII characters')
    .default(OCTETS)
    .meta({ type: 'string', default: OCTETS }),
  'cache-control': headerText.optional(),
  'content-disposition': headerText.optional(),
  'content-encoding': headerText.optional(),
  'content-language': headerText.optional(),
  expires: headerText.optional(),
  'chirograph-subject': encoded
    .pipe(z.string().regex(PERSON_NAME, 'must be the name of somebody'))
    .optional()
    .meta({
      type: 'string',
      description:
        'Whose file it is, percent-encoded; else the drive’s own: with them it is erased.',
    }),
  'idempotency-key': z.string().regex(IDEMPOTENCY_KEY).optional().meta({
    description: 'Permanent: the same put again under it makes no second version.',
  }),
  'chirograph-lock-mode': lockModeSchema.optional(),
  'chirograph-lock-until': instantSchema.max(30).optional(),
  'chirograph-hold': z.enum(['true', 'false']).optional().meta({ description: 'A legal hold.' }),
  'chirograph-tags': z.string().max(4096).optional().meta({
    description: 'At most 10, as the fields of a form: `a=b&c=d`.',
  }),
});

export interface SaidInHeaders {
  readonly subject: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly options: Pick<
    PutOptions,
    'mediaType' | 'headers' | 'metadata' | 'lock' | 'hold' | 'tags'
  >;
}

/** @throws ApiError REQUEST_INVALID; BaseError TIME_MALFORMED. */
export function saidInHeaders(request: Request): SaidInHeaders {
  const said = validate(putHeadersSchema, request.headers, 'the header');
  const hold = said['chirograph-hold'];
  const headers: FileHeaders = {
    ...given('cacheControl', said['cache-control']),
    ...given('contentDisposition', said['content-disposition']),
    ...given('contentEncoding', said['content-encoding']),
    ...given('contentLanguage', said['content-language']),
    ...given('expires', said.expires),
  };
  return {
    subject: said['chirograph-subject'],
    idempotencyKey: said['idempotency-key'],
    options: {
      mediaType: said['content-type'],
      ...(Object.keys(headers).length > 0 && { headers }),
      ...given('metadata', metadataOf(request)),
      ...given('lock', lockOf(said['chirograph-lock-mode'], said['chirograph-lock-until'])),
      ...given('hold', hold === undefined ? undefined : hold === 'true'),
      ...given('tags', tagsOf(said['chirograph-tags'])),
    },
  };
}

/** @throws ApiError REQUEST_INVALID; BaseError TIME_MALFORMED. */
export function lockOf(
  mode: FileLock['mode'] | undefined,
  until: string | undefined,
): FileLock | undefined {
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined)
    throw new ApiError('REQUEST_INVALID', 'a lock has a mode and an instant until which it holds');
  return { mode, until: parseInstant(until) };
}

function tagsOf(form: string | undefined): Texts | undefined {
  if (form === undefined) return undefined;
  const fields = [...new URLSearchParams(form)];
  const tags = Object.fromEntries(fields);
  if (Object.keys(tags).length !== fields.length)
    throw new ApiError('REQUEST_INVALID', 'a tag is given twice');
  return validate(tagsSchema, tags, 'the header Chirograph-Tags');
}

function metadataOf(request: Request): Texts | undefined {
  const prefix = META_HEADER.toLowerCase();
  const said = Object.entries(request.headers)
    .filter(([name]) => name.startsWith(prefix) && name.length > prefix.length)
    .map(([name, value]): [string, string] => [
      name.slice(prefix.length),
      validate(encoded, String(value), `the header ${META_HEADER}…`),
    ]);
  return said.length === 0 ? undefined : checkedMetadata(Object.fromEntries(said));
}

/** @throws ApiError REQUEST_INVALID. */
export function checkedMetadata(metadata: Texts): Texts {
  const bytes = Object.entries(metadata)
    .map(([name, value]) => Buffer.byteLength(name) + Buffer.byteLength(value))
    .reduce((sum, length) => sum + length, 0);
  if (bytes > MAX_METADATA_BYTES)
    throw new ApiError('REQUEST_INVALID', `metadata have at most ${MAX_METADATA_BYTES} bytes`);
  return metadata;
}
