/** The digests that a client announced of its content, compared with those of what came. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { fromBase64, toBase64, toHex } from '../../base/bytes.js';
import type { Checksum } from '../../files/checksum.js';
import type { Trailers } from './aws-chunked.js';
import { algorithmOfHeader, CHECKSUM_LENGTH, startChecksum } from './checksum.js';
import { notImplemented, S3Error } from './s3-error.js';
import type { BodyFacts, ChecksumAlgorithm, S3Headers } from './s3-request.js';

export interface ExpectedDigests {
  /** Of `x-amz-content-sha256`, in hex. */
  readonly sha256Hex: string | null;
  readonly md5: Uint8Array | null;
  readonly checksum: {
    readonly algorithm: ChecksumAlgorithm;
    /** Null where a trailer will say it. */
    readonly value: string | null;
  } | null;
}

/**
 * @param isOfBody false of CompleteMultipartUpload, whose `x-amz-checksum-…` is of the object.
 * @param hasTrailer whether the body is of a kind that has trailers.
 * @throws S3Error InvalidDigest, InvalidRequest, NotImplemented.
 */
export function expectedDigests(
  headers: S3Headers,
  sha256Hex: string | null,
  { isOfBody, hasTrailer }: { readonly isOfBody: boolean; readonly hasTrailer: boolean },
): ExpectedDigests {
  const md5 = headers.get('content-md5');
  const announced = isOfBody
    ? headers.startingWith('x-amz-checksum-').flatMap(([rest, value]) => {
        const algorithm = algorithmOfHeader(`x-amz-checksum-${rest}`);
        return algorithm === null ? [] : [{ algorithm, value }];
      })
    : [];
  const trailing = hasTrailer ? trailingAlgorithms(headers.get('x-amz-trailer') ?? '') : [];
  const all = [...announced, ...trailing.map((algorithm) => ({ algorithm, value: null }))];
  if (all.length > 1)
    throw new S3Error('InvalidRequest', 'a request has one x-amz-checksum-… header or trailer');
  return {
    sha256Hex,
    md5: md5 === undefined ? null : parseMd5(md5),
    checksum: all[0] ?? null,
  };
}

/** Digests what comes, and compares at the end. */
export class BodyDigests {
  readonly #expected: ExpectedDigests;
  readonly #md5 = createHash('md5');
  readonly #sha256 = createHash('sha256');
  readonly #checksum: Checksum | null;
  #length = 0;

  constructor(expected: ExpectedDigests) {
    this.#expected = expected;
    const { checksum } = expected;
    this.#checksum = checksum === null ? null : startChecksum(checksum.algorithm);
  }

  get length(): number {
    return this.#length;
  }

  update(piece: Uint8Array): void {
    this.#length += piece.length;
    this.#md5.update(piece);
    if (this.#expected.sha256Hex !== null) this.#sha256.update(piece);
    this.#checksum?.update(piece);
  }

  /** @throws S3Error XAmzContentSHA256Mismatch, BadDigest, MalformedTrailerError. */
  finish(trailers: Trailers): BodyFacts {
    const { sha256Hex, md5, checksum } = this.#expected;
    if (sha256Hex !== null && toHex(this.#sha256.digest()) !== sha256Hex)
      throw new S3Error(
        'XAmzContentSHA256Mismatch',
        'the content is not that of x-amz-content-sha256: nothing was kept',
      );
    const digest = this.#md5.digest();
    if (md5 !== null && !timingSafeEqual(digest, md5)) throw badDigest('Content-MD5');
    const value = this.#checksum === null ? null : toBase64(this.#checksum.digest());
    this.#checkTrailers(trailers);
    if (checksum !== null) {
      const said =
        checksum.value ?? trailers.get(`x-amz-checksum-${checksum.algorithm.toLowerCase()}`);
      if (!isBase64(said ?? '', CHECKSUM_LENGTH[checksum.algorithm]) || said !== value)
        throw badDigest(`the checksum ${checksum.algorithm}`);
    }
    return {
      length: this.#length,
      md5: digest,
      checksums:
        checksum === null || value === null ? [] : [{ algorithm: checksum.algorithm, value }],
    };
  }

  #checkTrailers(trailers: Trailers): void {
    const { checksum } = this.#expected;
    const wanted = checksum?.value === null ? [checksum.algorithm] : [];
    const came = [...trailers.keys()].map(algorithmOfHeader);
    if (came.length !== wanted.length || came[0] !== wanted[0])
      throw new S3Error(
        'MalformedTrailerError',
        'the trailers that came are not those that x-amz-trailer announced',
      );
  }
}

function trailingAlgorithms(value: string): readonly ChecksumAlgorithm[] {
  const names = value
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  return names.map((name) => {
    const algorithm = algorithmOfHeader(name);
    if (algorithm === null)
      throw notImplemented('a trailer other than a checksum that is known here');
    return algorithm;
  });
}

function parseMd5(text: string): Uint8Array {
  if (isBase64(text, MD5_LENGTH)) return fromBase64(text);
  throw new S3Error('InvalidDigest', 'Content-MD5 is the base64 of the 16 bytes of an MD5');
}

const MD5_LENGTH = 16;

function isBase64(text: string, length: number): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text;
}

function badDigest(what: string): S3Error {
  return new S3Error('BadDigest', `the content is not that of ${what}: nothing was kept`);
}
