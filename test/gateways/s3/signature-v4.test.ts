/** Against the examples that Amazon publishes, and `aws4`, which others have written. */
import { describe, expect, it } from '@jest/globals';
import { sign } from 'aws4';
import fc from 'fast-check';
import { sha256Hex } from '../../../src/base/hash.js';
import { readClaim } from '../../../src/gateways/s3/claimed-signature.js';
import { readHeaders } from '../../../src/gateways/s3/raw-headers.js';
import { parseTarget } from '../../../src/gateways/s3/request-target.js';
import {
  chunkStringToSign,
  EMPTY,
  signatureOf,
  signingKey,
  stringToSign,
  trailerStringToSign,
} from '../../../src/gateways/s3/signature-v4.js';

/** Of the whole API reference of S3. */
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const TIME = '20130524T000000Z';
const SCOPE = { date: '20130524', region: 'us-east-1' };
const KEY = signingKey(SECRET, SCOPE);

interface Example {
  readonly method: string;
  readonly url: string;
  readonly host?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string;
}

function signatureFor({ method, url, headers, payload = EMPTY, host = HOST }: Example): string {
  const all = { host, ...headers };
  const raw = Object.entries(all).flat();
  const target = parseTarget(url, { host });
  const text = stringToSign(TIME, SCOPE, {
    method,
    canonicalUri: target.canonicalUri,
    pairs: target.pairs,
    headers: readHeaders(raw),
    signedHeaders: Object.keys(all)
      .map((name) => name.toLowerCase())
      .sort(),
    payload,
  });
  return signatureOf(KEY, text);
}

const HOST = 'examplebucket.s3.amazonaws.com';
const base = { 'x-amz-content-sha256': EMPTY, 'x-amz-date': TIME };

describe("Amazon's examples", () => {
  it.each<[string, Example, string]>([
    [
      'GET Object',
      { method: 'GET', url: '/test.txt', headers: { ...base, Range: 'bytes=0-9' } },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'PUT Object',
      {
        method: 'PUT',
        url: '/test%24file.text',
        headers: {
          ...base,
          Date: 'Fri, 24 May 2013 00:00:00 GMT',
          'x-amz-content-sha256': sha256Hex('Welcome to Amazon S3.'),
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        },
        payload: sha256Hex('Welcome to Amazon S3.'),
      },
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'GET Bucket Lifecycle',
      { method: 'GET', url: '/?lifecycle', headers: base },
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'List Objects',
      { method: 'GET', url: '/?max-keys=2&prefix=J', headers: base },
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
    [
      'a presigned URL',
      {
        method: 'GET',
        url:
          '/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
          '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host',
        headers: {},
        payload: 'UNSIGNED-PAYLOAD',
      },
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    ],
    [
      'the seed of chunks',
      {
        method: 'PUT',
        url: '/examplebucket/chunkObject.txt',
        host: 's3.amazonaws.com',
        headers: {
          'content-encoding': 'aws-chunked',
          'content-length': '66824',
          'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
          'x-amz-date': TIME,
          'x-amz-decoded-content-length': '66560',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        },
        payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      },
      '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    ],
    [
      'the seed of chunks with a trailer',
      {
        method: 'PUT',
        url: '/examplebucket/chunkObject.txt',
        host: 's3.amazonaws.com',
        headers: {
          'content-encoding': 'aws-chunked',
          'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
          'x-amz-date': TIME,
          'x-amz-decoded-content-length': '66560',
          'x-amz-storage-class': 'REDUCED_REDUNDANCY',
          'x-amz-trailer': 'x-amz-checksum-crc32c',
        },
        payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      },
      '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    ],
  ])('%s', (_what, example, signature) => {
    expect(signatureFor(example)).toBe(signature);
  });

  it('chunks: each signed after the one before', () => {
    const chunks = [
      ['a'.repeat(65_536), 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
      ['a'.repeat(1024), '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
      ['', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
    ] as const;
    let previous = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
    for (const [content, signature] of chunks) {
      const text = chunkStringToSign(TIME, SCOPE, previous, sha256Hex(content));
      previous = signatureOf(KEY, text);
      expect(previous).toBe(signature);
    }
  });

  it('a trailer', () => {
    const previous = '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992';
    const hash = sha256Hex('x-amz-checksum-crc32c:sOO8/Q==\n');
    expect(signatureOf(KEY, trailerStringToSign(TIME, SCOPE, previous, hash))).toBe(
      'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435',
    );
  });
});

describe('beside aws4', () => {
  const segment = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  // aws4 keeps a query in an object, which has no such member of its own.
  const name = fc
    .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 10 })
    .filter((text) => text !== '__proto__');
  const value = fc
    .string({ unit: 'grapheme-ascii', maxLength: 20 })
    .map((text) => text.trim().replace(/ {2,}/g, ' '));

  it('agrees on any path, query and header', () => {
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(fc.tuple(name, value), { maxLength: 4, selector: ([one]) => one }),
        value,
        (segments, query, meta) => {
          const path = `/${segments.map(encodeURIComponent).join('/')}`;
          const asked = query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
          const options = {
            ...{ host: 'localhost:9000', service: 's3', region: 'eu-central-1', method: 'PUT' },
            path: `${path}${asked === '' ? '' : `?${asked}`}`,
            headers: { 'X-Amz-Meta-One': meta, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
          };
          const signed = sign(options, { accessKeyId: 'AKID', secretAccessKey: SECRET });
          const raw = Object.entries(signed.headers).flatMap(([one, said]) => [one, String(said)]);
          const headers = readHeaders(raw);
          const target = parseTarget(signed.path, { host: options.host });
          const claim = readClaim(headers, target.pairs);
          expect(claim?.accessKeyId).toBe('AKID');
          if (claim === null) return;
          const text = stringToSign(claim.time, claim.scope, {
            ...{ method: 'PUT', headers, signedHeaders: claim.signedHeaders },
            ...{ canonicalUri: target.canonicalUri, pairs: target.pairs, payload: claim.payload },
          });
          expect(signatureOf(signingKey(SECRET, claim.scope), text)).toBe(claim.signature);
        },
      ),
    );
  });
});
