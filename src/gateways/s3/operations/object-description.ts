/** What a request says of the content that it brings: media type, headers to answer with, metadata. */
import type { FileHeaders } from '../../../files/file-change.js';
import type { Texts } from '../../../files/texts.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';

export interface ObjectDescription {
  readonly mediaType: string;
  readonly headers: FileHeaders;
  readonly metadata: Texts;
}

export const DEFAULT_MEDIA_TYPE = 'binary/octet-stream';
/** Names and values together, as Amazon S3 has it. */
const MAX_METADATA_BYTES = 2048;
const MAX_TEXT = 1024;
const MAX_MEDIA_TYPE = 256;

/** Names of the headers, and how files name them. */
export const DESCRIBING = [
  ['cache-control', 'cacheControl'],
  ['content-disposition', 'contentDisposition'],
  ['content-encoding', 'contentEncoding'],
  ['content-language', 'contentLanguage'],
  ['expires', 'expires'],
] as const satisfies readonly (readonly [string, keyof FileHeaders])[];

/** @throws S3Error InvalidArgument, MetadataTooLarge. */
export function readDescription(headers: S3Headers): ObjectDescription {
  const mediaType = headers.get('content-type');
  const given = DESCRIBING.flatMap(([header, name]) => {
    const value = valueOf(header, headers.get(header));
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    mediaType:
      mediaType === undefined || mediaType === ''
        ? DEFAULT_MEDIA_TYPE
        : checked(mediaType, MAX_MEDIA_TYPE),
    headers: Object.fromEntries(given),
    metadata: readMetadata(headers),
  };
}

/** Of the framing that the body came in nothing is kept. */
function valueOf(header: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (header !== 'content-encoding') return checked(value, MAX_TEXT);
  const codings = value.split(',').map((coding) => coding.trim());
  const kept = codings.filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked');
  return kept.length === 0 ? undefined : checked(kept.join(', '), MAX_TEXT);
}

function readMetadata(headers: S3Headers): Texts {
  const pairs = headers.startingWith('x-amz-meta-');
  const bytes = pairs.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes > MAX_METADATA_BYTES)
    throw new S3Error('MetadataTooLarge', `metadata take at most ${MAX_METADATA_BYTES} bytes`, {
      details: { MaxSizeAllowed: String(MAX_METADATA_BYTES), Size: String(bytes) },
    });
  return Object.fromEntries(pairs.map(([name, value]) => [name, checked(value, MAX_TEXT * 2)]));
}

function checked(value: string, maximum: number): string {
  if (value.length > maximum || !value.isWellFormed())
    throw new S3Error('InvalidArgument', `a header of an object has at most ${maximum} characters`);
  return value;
}
