/**
 * Headers that would make a request mean something that is not served here. Each is told by its name: whoever asked
 * for an encryption key of theirs, or another storage class, must not believe that they got it.
 */
import { checksumHeader } from './checksum.js';
import { notImplemented } from './s3-error.js';
import { CHECKSUM_ALGORITHMS, type S3Headers } from './s3-request.js';

/** @throws S3Error NotImplemented, naming the header. */
export function refuseUnservedHeaders(headers: S3Headers): void {
  for (const [rest, value] of headers.startingWith('x-amz-')) {
    const name = `x-amz-${rest}`;
    if (isServed(name, value)) continue;
    const named = /^[a-z0-9-]{1,80}$/.test(name) ? name : 'x-amz-…';
    throw notImplemented(`the header ${named}`, { Header: named });
  }
}

function isServed(name: string, value: string): boolean {
  if (name === 'x-amz-storage-class') return value === 'STANDARD';
  return SERVED.has(name) || BEGINNINGS.some((beginning) => name.startsWith(beginning));
}

/** What operations or the port itself look at, and what says something of the client alone. */
const SERVED: ReadonlySet<string> = new Set([
  'x-amz-acl',
  'x-amz-bucket-object-lock-enabled',
  'x-amz-bypass-governance-retention',
  ...CHECKSUM_ALGORITHMS.map(checksumHeader),
  'x-amz-checksum-algorithm',
  'x-amz-checksum-mode',
  'x-amz-checksum-type',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-copy-source-range',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-expected-bucket-owner',
  'x-amz-source-expected-bucket-owner',
  'x-amz-metadata-directive',
  'x-amz-mp-object-size',
  'x-amz-object-attributes',
  'x-amz-object-ownership',
  'x-amz-max-parts',
  'x-amz-part-number-marker',
  'x-amz-tagging',
  'x-amz-tagging-directive',
  'x-amz-trailer',
  // Of a form, or of a request that was signed in its query.
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-signature',
  'x-amz-expires',
  'x-amz-signedheaders',
  // What clients say of themselves and to what lies between.
  'x-amz-id-2',
  'x-amz-request-id',
  'x-amz-te',
  'x-amz-user-agent',
]);

const BEGINNINGS: readonly string[] = [
  'x-amz-copy-source-if-',
  'x-amz-grant-',
  'x-amz-if-match-',
  'x-amz-meta-',
  'x-amz-object-lock-',
  'x-amz-sdk-checksum-algorithm',
];
