/** What a sender says of its content: `Content-MD5` (RFC 1864), `Repr-Digest` and `Content-Digest` (RFC 9530), `Digest` (RFC 3230). */
import type { Request } from 'express';
import { ApiError } from '../../api/api-error.js';
import { equalBytes, fromBase64 } from '../../base/bytes.js';
import { BaseError } from '../../base/errors.js';
import { FilesError } from '../files-error.js';
import type { ChecksumName, StoredContent } from '../stored-content.js';

export interface AnnouncedDigest {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'crc32c';
  readonly value: Uint8Array;
}

/** One that we cannot check is refused: whoever sent it would take it for checked. @throws ApiError REQUEST_INVALID. */
export function announcedDigests(request: Request): readonly AnnouncedDigest[] {
  const md5 = request.get('Content-MD5');
  return [
    ...(md5 === undefined ? [] : [digest('md5', md5, 'Content-MD5')]),
    ...structured(request, 'Repr-Digest'),
    ...structured(request, 'Content-Digest'),
    ...instance(request.get('Digest')),
  ];
}

/** Those that are not made in any case. */
export function sumsFor(digests: readonly AnnouncedDigest[]): readonly ChecksumName[] {
  return [...new Set(digests.map(({ algorithm }) => algorithm))].filter(
    (algorithm) => algorithm === 'sha1' || algorithm === 'crc32c',
  );
}

/** @throws FilesError FILE_CONTENT_DIFFERS. */
export function checkDigests(digests: readonly AnnouncedDigest[], content: StoredContent): void {
  for (const { algorithm, value } of digests)
    if (!equalBytes(value, sumOf(content, algorithm)))
      throw new FilesError(
        'FILE_CONTENT_DIFFERS',
        `the content has another ${algorithm} than was sent with it: nothing was stored; send it again`,
      );
}

export function sumOf(
  { md5, sha256, sums }: StoredContent,
  algorithm: AnnouncedDigest['algorithm'] | 'crc32',
): Uint8Array {
  if (algorithm === 'md5') return md5;
  if (algorithm === 'sha256') return sha256;
  const sum = sums[algorithm];
  if (sum === undefined) throw new Error(`no ${algorithm} was made`);
  return fromBase64(sum);
}

/** A structured field: `sha-256=:…:, md5=:…:`. */
function structured(request: Request, header: string): readonly AnnouncedDigest[] {
  const text = request.get(header);
  if (text === undefined) return [];
  return text.split(',').map((one) => {
    const found = /^\s*([a-z0-9-]+)=:([^:]*):\s*$/.exec(one);
    return known(header, found?.[1], found?.[2]);
  });
}

function instance(text: string | undefined): readonly AnnouncedDigest[] {
  if (text === undefined) return [];
  return text.split(',').map((one) => {
    const found = /^\s*([A-Za-z0-9-]+)=(.*?)\s*$/.exec(one);
    return known('Digest', found?.[1]?.toLowerCase(), found?.[2]);
  });
}

const ALGORITHMS: Readonly<Record<string, AnnouncedDigest['algorithm']>> = {
  'sha-256': 'sha256',
  md5: 'md5',
  sha: 'sha1',
  crc32c: 'crc32c',
};

function known(header: string, name: string | undefined, value = ''): AnnouncedDigest {
  const algorithm = name === undefined ? undefined : ALGORITHMS[name];
  if (algorithm === undefined)
    throw new ApiError(
      'REQUEST_INVALID',
      `${header} is checked where it is of ${Object.keys(ALGORITHMS).join(', ')}: send one of these, or none`,
    );
  return digest(algorithm, value, header);
}

const LENGTHS = { md5: 16, sha1: 20, sha256: 32, crc32c: 4 } as const;

function digest(
  algorithm: AnnouncedDigest['algorithm'],
  text: string,
  header: string,
): AnnouncedDigest {
  try {
    return { algorithm, value: fromBase64(text.trim(), LENGTHS[algorithm]) };
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause;
    throw new ApiError('REQUEST_INVALID', `${header} is no ${algorithm} in base64`, { cause });
  }
}
