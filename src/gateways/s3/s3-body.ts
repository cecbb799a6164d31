/** The body of a request as operations read it: without its framing, and checked by its end. */
import { assert } from '../../base/errors.js';
import { decodeAwsChunked, type Trailers } from './aws-chunked.js';
import { BodyDigests, type ExpectedDigests } from './body-digests.js';
import type { Payload } from './payload.js';
import { S3Error } from './s3-error.js';
import type { BodyFacts, S3Body } from './s3-request.js';

/** 5 GiB: the largest that S3 takes in one request. */
export const MAX_BODY_BYTES = 5 * 1024 ** 3;

export interface BodyOptions {
  /** The bytes on the wire; read at most once. */
  readonly source: AsyncIterable<Uint8Array>;
  readonly payload: Payload;
  /** Of the content; null where nothing says it. */
  readonly expectedLength: number | null;
  readonly digests: ExpectedDigests;
  /** What a form's policy allows, in bytes; 5 GiB at most. */
  readonly range?: readonly [min: number, max: number];
}

/** @throws S3Error EntityTooLarge where more was announced than is taken. */
export function s3Body(options: BodyOptions): S3Body {
  const { expectedLength, digests } = options;
  if ((expectedLength ?? 0) > MAX_BODY_BYTES) throw tooLarge(MAX_BODY_BYTES);
  let facts: BodyFacts | null = null;
  let isBegun = false;
  return {
    expectedLength,
    hasDigest: digests.md5 !== null || digests.checksum !== null,
    facts: () => {
      assert(facts !== null, 'the body has been read to its end');
      return facts;
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
      assert(!isBegun, 'a body is read once');
      isBegun = true;
      facts = yield* checked(options);
    },
  };
}

async function* checked(options: BodyOptions): AsyncGenerator<Uint8Array, BodyFacts> {
  const { expectedLength, digests, range = [0, MAX_BODY_BYTES] } = options;
  const [min, max] = range;
  const content = decoded(options);
  const found = new BodyDigests(digests);
  for (;;) {
    const next = await content.next();
    if (next.done === true) {
      if (expectedLength !== null && found.length !== expectedLength)
        throw new S3Error('IncompleteBody', 'the body is not as long as was announced');
      if (found.length < min)
        throw new S3Error('EntityTooSmall', `the policy wants at least ${min} bytes`, {
          details: { ProposedSize: String(found.length), MinSizeAllowed: String(min) },
        });
      return found.finish(next.value);
    }
    found.update(next.value);
    if (found.length > Math.min(max, MAX_BODY_BYTES)) throw tooLarge(Math.min(max, MAX_BODY_BYTES));
    yield next.value;
  }
}

async function* decoded({
  source,
  payload,
  expectedLength,
}: BodyOptions): AsyncGenerator<Uint8Array, Trailers> {
  if (payload.kind === 'chunked') {
    assert(expectedLength !== null, 'chunked content has an announced length');
    return yield* decodeAwsChunked(source, payload, expectedLength);
  }
  for await (const piece of source) yield piece;
  return new Map();
}

function tooLarge(max: number): S3Error {
  return new S3Error('EntityTooLarge', `at most ${max} bytes are taken here in one request`, {
    details: { MaxSizeAllowed: String(max) },
  });
}
