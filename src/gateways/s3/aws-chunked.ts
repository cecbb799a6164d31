/**
 * Takes the framing of `aws-chunked` off: `<size in hex>[;chunk-signature=<hex>]`, the bytes, and so on to a chunk of
 * size 0, behind which there may be trailers. What does not fit to the last byte is refused; pieces are given out
 * before the signature of their chunk has come, so nothing counts before the end.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '../../base/hash.js';
import { ByteFeed, FeedEnded, FeedMalformed } from './byte-feed.js';
import type { ChunkSigning, Payload } from './payload.js';
import { S3Error } from './s3-error.js';
import { chunkStringToSign, signatureOf, trailerStringToSign } from './signature-v4.js';

const MAX_CHUNK_LINE = 128;
const MAX_TRAILER_LINE = 1024;
const MAX_TRAILERS = 8;

export type Trailers = ReadonlyMap<string, string>;

/**
 * @param length of the content, as it was announced: more or less of it is refused.
 * @returns the trailers, their names in lower case.
 * @throws S3Error IncompleteBody, InvalidRequest, SignatureDoesNotMatch, MalformedTrailerError.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  { signing, hasTrailer }: Omit<Extract<Payload, { kind: 'chunked' }>, 'kind'>,
  length: number,
): AsyncGenerator<Uint8Array, Trailers> {
  const feed = new ByteFeed(source);
  const signatures = signing === null ? null : new ChunkSignatures(signing);
  let left = length;
  try {
    for (;;) {
      const { size, signature } = parseChunkLine(await feed.line(MAX_CHUNK_LINE), signing !== null);
      if (size > left)
        throw new S3Error(
          'IncompleteBody',
          'there is more content than x-amz-decoded-content-length',
        );
      left -= size;
      const hash = createHash('sha256');
      for await (const piece of feed.take(size)) {
        if (signatures !== null) hash.update(piece);
        yield piece;
      }
      signatures?.checkChunk(hash.digest('hex'), signature);
      if (size === 0) break;
      await feed.lineEnd();
    }
    if (left > 0)
      throw new S3Error(
        'IncompleteBody',
        'there is less content than x-amz-decoded-content-length',
      );
    // Without signatures nothing else shows that the body was cut before its trailers.
    if (hasTrailer && signatures === null && (await feed.isAtEnd())) throw new FeedEnded();
    const trailers = hasTrailer ? await readTrailers(feed, signatures) : NO_TRAILERS;
    // Some clients leave out the last line, which is empty.
    if (!hasTrailer && !(await feed.isAtEnd())) await feed.lineEnd();
    if (!(await feed.isAtEnd())) throw malformed();
    return trailers;
  } catch (cause) {
    if (cause instanceof FeedMalformed) throw malformed();
    if (cause instanceof FeedEnded)
      throw new S3Error('IncompleteBody', 'the body ended before its last chunk');
    throw cause;
  }
}

const NO_TRAILERS: Trailers = new Map();

const PLAIN_LINE = /^([0-9a-fA-F]{1,13})$/;
const SIGNED_LINE = /^([0-9a-fA-F]{1,13});chunk-signature=([0-9a-f]{64})$/;

function parseChunkLine(
  line: string,
  isSigned: boolean,
): { readonly size: number; readonly signature: string } {
  const [, size, signature = ''] = (isSigned ? SIGNED_LINE : PLAIN_LINE).exec(line) ?? [];
  if (size === undefined) throw malformed();
  return { size: Number.parseInt(size, 16), signature };
}

/** Clients end a trailer's line in CRLF, or in LF and CRLF: an empty line before the signature is no end. */
async function readTrailers(feed: ByteFeed, signatures: ChunkSignatures | null): Promise<Trailers> {
  const trailers = new Map<string, string>();
  let signature: string | null = null;
  let isEmptyAllowed = signatures !== null;
  for (let lines = 0; lines < 2 * MAX_TRAILERS && !(await feed.isAtEnd()); lines++) {
    const line = await feed.line(MAX_TRAILER_LINE);
    if (line === '') {
      if (signature !== null || !isEmptyAllowed) break;
      isEmptyAllowed = false;
      continue;
    }
    const [, name = '', value = ''] = TRAILER.exec(line) ?? [];
    if (name === '' || signature !== null || trailers.has(name.toLowerCase())) throw badTrailer();
    if (name.toLowerCase() === TRAILER_SIGNATURE) signature = value;
    else trailers.set(name.toLowerCase(), value);
  }
  signatures?.checkTrailers(trailers, signature ?? '');
  return trailers;
}

const TRAILER_SIGNATURE = 'x-amz-trailer-signature';
const TRAILER = /^([A-Za-z0-9-]{1,64}): *([!-~]{0,256})$/;

class ChunkSignatures {
  readonly #signing: ChunkSigning;
  #previous: string;

  constructor(signing: ChunkSigning) {
    this.#signing = signing;
    this.#previous = signing.seed;
  }

  checkChunk(sha256: string, signature: string): void {
    const { time, scope } = this.#signing;
    this.#check(chunkStringToSign(time, scope, this.#previous, sha256), signature);
  }

  checkTrailers(trailers: Trailers, signature: string): void {
    const { time, scope } = this.#signing;
    const lines = [...trailers].map(([name, value]) => `${name}:${value}\n`).sort();
    const text = trailerStringToSign(time, scope, this.#previous, sha256Hex(lines.join('')));
    this.#check(text, signature);
  }

  #check(text: string, signature: string): void {
    const expected = signatureOf(this.#signing.key, text);
    if (!isSameText(expected, signature))
      throw new S3Error(
        'SignatureDoesNotMatch',
        'the signature of a chunk or of the trailers is not that of what came: nothing was kept',
      );
    this.#previous = expected;
  }
}

/** In constant time where the lengths are the same. */
export function isSameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function malformed(): S3Error {
  return new S3Error(
    'InvalidRequest',
    'the body is not framed as x-amz-content-sha256 says (aws-chunked): check the client',
  );
}

function badTrailer(): S3Error {
  return new S3Error(
    'MalformedTrailerError',
    'a trailer is "name:value" on a line of its own, each once, and their signature is the last',
  );
}
