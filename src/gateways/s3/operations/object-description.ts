/** What a request says of the content that it brings: media type, headers to answer with, metadata. */
import type { FileHeaders } from '../../../files/file-change.js';
import type { Texts } from '../../../files/texts.js';
import { S3Error } from '../s3-error.js';
import type { S3Headers } from '../s3-request.js';
import { fromHeader } from './header-text.js';

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
    const value = headers.get(header);
    return value === undefined ? [] : [[name, checked(value, MAX_TEXT)] as const];
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

function readMetadata(headers: S3Headers): Texts {
  const pairs = headers.startingWith('x-amz-meta-');
  // Of a value each character is a byte here.
  const bytes = pairs.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (bytes > MAX_METADATA_BYTES)
    throw new S3Error('MetadataTooLarge', `metadata take at most ${MAX_METADATA_BYTES} bytes`, {
      details: { MaxSizeAllowed: String(MAX_METADATA_BYTES), Size: String(bytes) },
    });
  return Object.fromEntries(pairs.map(([name, value]) => [name, checked(value, MAX_TEXT * 2)]));
}

function checked(value: string, maximum: number): string {
  const text = fromHeader(value);
  if (text.length > maximum)
    throw new S3Error('InvalidArgument', `a header of an object has at most ${maximum} characters`);
  return text;
}
