import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concat, utf8 } from '../../../src/base/bytes.js';
import { decodeAwsChunked } from '../../../src/gateways/s3/aws-chunked.js';
import { signingKey } from '../../../src/gateways/s3/signature-v4.js';
import {
  framed,
  type Framed,
  inPieces,
  SCOPE,
  SECRET,
  SEED,
  SIGNING,
  TIME,
} from './support/chunked.js';

const signing = { key: signingKey(SECRET, SCOPE), scope: SCOPE, time: TIME, seed: SEED };

interface Decoded {
  readonly content: Uint8Array;
  readonly trailers: Readonly<Record<string, string>>;
}

async function decode(
  bytes: Uint8Array,
  length: number,
  { isSigned = true, hasTrailer = false, cuts = [] as readonly number[] } = {},
): Promise<Decoded> {
  const how = { signing: isSigned ? signing : null, hasTrailer };
  const decoder = decodeAwsChunked(inPieces(bytes, cuts), how, length);
  const pieces: Uint8Array[] = [];
  for (;;) {
    const next = await decoder.next();
    if (next.done === true)
      return { content: concat(...pieces), trailers: Object.fromEntries(next.value) };
    pieces.push(Uint8Array.from(next.value));
  }
}

const code = async (decoding: Promise<unknown>): Promise<unknown> => {
  try {
    await decoding;
    return 'taken';
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
};

const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 5 });
const cuts = fc.array(fc.nat(), { maxLength: 12 });
const kinds = fc.record({
  isSigned: fc.boolean(),
  hasTrailer: fc.boolean(),
  trailerEnd: fc.constantFrom('\r\n', '\n\r\n'),
});
const TRAILERS = { 'x-amz-checksum-crc32c': 'sOO8/Q==' };

function framing(
  content: readonly Uint8Array[],
  {
    isSigned,
    hasTrailer,
    trailerEnd,
  }: { isSigned: boolean; hasTrailer: boolean; trailerEnd: string },
): Buffer {
  const how: Framed = {
    chunks: content,
    signing: isSigned ? SIGNING : null,
    trailerEnd,
    ...(hasTrailer && { trailers: TRAILERS }),
  };
  return framed(how);
}

describe('decodeAwsChunked', () => {
  it("takes Amazon's example", async () => {
    const content = [utf8('a'.repeat(65_536)), utf8('a'.repeat(1024))];
    const bytes = framed({ chunks: content, signing: SIGNING });
    expect(bytes.length).toBe(66_824);
    expect((await decode(bytes, 66_560)).content).toEqual(concat(...content));
  });

  it('gives the same content however it comes in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, cuts, kinds, async (content, places, kind) => {
        const whole = concat(...content);
        const decoded = await decode(framing(content, kind), whole.length, {
          ...kind,
          cuts: places,
        });
        expect(decoded.content).toEqual(whole);
        expect(decoded.trailers).toEqual(kind.hasTrailer ? TRAILERS : {});
      }),
    );
  });

  it('refuses any changed bit of what is signed', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, kinds, fc.nat(), fc.nat(7), async (content, kind, at, bit) => {
        const bytes = framing(content, { ...kind, isSigned: true });
        // Digits of sizes may be written in capitals, and names of trailers too: that means the same.
        const place = at % bytes.length;
        const changed = Uint8Array.from(bytes);
        changed[place] = (bytes[place] ?? 0) ^ (1 << bit);
        if (
          Buffer.from(changed).toString('latin1').toLowerCase() ===
          bytes.toString('latin1').toLowerCase()
        )
          return;
        const length = concat(...content).length;
        const outcome = await decode(changed, length, kind).then(
          ({ content: taken, trailers }) => ({ taken, trailers }),
          () => null,
        );
        // What the line ends are is all that may differ and be taken.
        if (outcome !== null) {
          expect(outcome.taken).toEqual(concat(...content));
          expect(outcome.trailers).toEqual(kind.hasTrailer ? TRAILERS : {});
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses any part of it but the whole', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, kinds, fc.nat(), async (content, kind, at) => {
        const bytes = framing(content, kind);
        const cut = at % bytes.length;
        const length = concat(...content).length;
        const outcome = await code(decode(bytes.subarray(0, cut), length, kind));
        // The last line, which is empty, may be left out where nothing is behind the chunks.
        if (outcome === 'taken') expect(bytes.length - cut).toBeLessThanOrEqual(2);
        else
          expect(['IncompleteBody', 'SignatureDoesNotMatch', 'InvalidRequest']).toContain(outcome);
      }),
    );
  });

  it.each([
    ['no size', '\r\n'],
    ['a size that is no number', 'x\r\n'],
    ['a size with a sign', '-1\r\n'],
    ['a size of too many digits', `${'0'.repeat(14)}\r\n`],
    ['a line without an end', '1'.repeat(200)],
    ['another extension', '3;foo=bar\r\nabc\r\n0\r\n\r\n'],
    ['content that is longer than its size', '3\r\nabcd\r\n0\r\n\r\n'],
    ['bytes behind the end', '3\r\nabc\r\n0\r\n\r\nabc'],
  ])('refuses %s', async (_what, text) => {
    expect(await code(decode(utf8(text), 3, { isSigned: false }))).toBe('InvalidRequest');
  });

  it('refuses more content than was announced before it has come, and less', async () => {
    const bytes = framed({ chunks: [utf8('abc')], signing: null });
    expect(await code(decode(bytes, 2, { isSigned: false }))).toBe('IncompleteBody');
    expect(await code(decode(bytes, 4, { isSigned: false }))).toBe('IncompleteBody');
    const huge = utf8('fffffffffffff\r\n');
    expect(await code(decode(huge, 3, { isSigned: false }))).toBe('IncompleteBody');
  });

  it.each([
    ['a trailer twice', 'a:1\r\na:2\r\n\r\n', 'MalformedTrailerError'],
    ['a line that is none', 'abc\r\n\r\n', 'MalformedTrailerError'],
    ['a value with blanks', 'a:b c\r\n\r\n', 'MalformedTrailerError'],
    [
      'too many',
      `${Array.from({ length: 20 }, (_, at) => `n${at}`)
        .map((name) => `${name}:1`)
        .join('\r\n')}\r\n\r\n`,
      'InvalidRequest',
    ],
    ['one that is too long', `a:${'b'.repeat(2000)}\r\n\r\n`, 'InvalidRequest'],
  ])('refuses %s among the trailers', async (_what, text, expected) => {
    const bytes = utf8(`0\r\n${text}`);
    expect(await code(decode(bytes, 0, { isSigned: false, hasTrailer: true }))).toBe(expected);
  });

  it('wants the trailers signed where chunks are', async () => {
    const bytes = framed({ chunks: [utf8('abc')], signing: SIGNING, trailers: TRAILERS });
    const text = bytes.toString('latin1');
    const without = text.replace(/x-amz-trailer-signature:[^\r]+\r\n/, '');
    const other = text.replace('sOO8', 'aOO8');
    for (const bad of [without, other])
      expect(await code(decode(Buffer.from(bad, 'latin1'), 3, { hasTrailer: true }))).toBe(
        'SignatureDoesNotMatch',
      );
  });
});
