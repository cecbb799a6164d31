import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  lineRefusal,
  type NdjsonLimits,
  type NdjsonLine,
  ndjsonLines,
} from '../../src/api/ndjson-lines.js';
import { utf8, utf8ToString } from '../../src/base/bytes.js';

const limits: NdjsonLimits = { maxLineBytes: 20, maxGroupLines: 4, maxGroupBytes: 30 };

async function* arriving(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    await Promise.resolve();
    yield piece;
  }
}

async function groupsOf(
  source: AsyncIterable<Uint8Array>,
  of: NdjsonLimits = limits,
): Promise<NdjsonLine[][]> {
  const groups: NdjsonLine[][] = [];
  for await (const lines of ndjsonLines(source, of)) groups.push([...lines]);
  return groups;
}

const linesOf = async (text: string): Promise<NdjsonLine[]> =>
  (await groupsOf(arriving([utf8(text)]))).flat();

const textOf = (line: NdjsonLine): string =>
  line.kind === 'line' ? utf8ToString(line.bytes) : line.kind;

describe('the lines of an NDJSON body', () => {
  it('are numbered from 1, and the last one needs no line feed', async () => {
    const lines = await linesOf('1\n22\n333');
    expect(lines.map(textOf)).toEqual(['1', '22', '333']);
    expect(lines.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('are none in an empty body, and no more after the last line feed', async () => {
    expect(await linesOf('')).toEqual([]);
    expect((await linesOf('1\n')).map(textOf)).toEqual(['1']);
  });

  it('include empty ones, and keep a carriage return, which JSON allows', async () => {
    expect((await linesOf('1\n\n\n2\r\n')).map(textOf)).toEqual(['1', '', '', '2\r']);
  });

  it('are the same however the body is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '𝄞', '"', ' '), maxLength: 12 }), {
          maxLength: 30,
        }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        async (texts, sizes) => {
          const body = utf8(texts.map((text) => `${text}\n`).join(''));
          const pieces: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < body.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            pieces.push(body.subarray(at, at + size));
            at += size;
          }
          const whole = (await groupsOf(arriving([body]))).flat();
          expect((await groupsOf(arriving(pieces))).flat()).toEqual(whole);
          expect(whole).toHaveLength(texts.length);
        },
      ),
    );
  });

  it('stand alone: one that is too long is told of in its place, in whatever pieces it came', async () => {
    const body = `1\n${'x'.repeat(21)}\n${'y'.repeat(20)}\n${'z'.repeat(1000)}`;
    const cut = Array.from(body, (char) => utf8(char));
    for (const source of [[utf8(body)], cut]) {
      const lines = (await groupsOf(arriving(source))).flat();
      expect(lines.map(textOf)).toEqual(['1', 'too-long', 'y'.repeat(20), 'too-long']);
      expect(lines.map((line) => lineRefusal(line)?.code ?? null)).toEqual([
        null,
        'LINE_TOO_LONG',
        null,
        'LINE_TOO_LONG',
      ]);
    }
  });
});

describe('groups of lines', () => {
  it('are full at so many lines, and at so many bytes', async () => {
    const groups = await groupsOf(arriving([utf8('1\n2\n3\n4\n5\n6\n')]));
    expect(groups.map((group) => group.length)).toEqual([4, 2]);
    const wide = await groupsOf(arriving([utf8(`${'x'.repeat(16)}\n`.repeat(5))]));
    expect(wide.map((group) => group.length)).toEqual([2, 2, 1]);
  });

  it('are handed on as soon as the bytes at hand are used up', async () => {
    const groups = await groupsOf(arriving([utf8('1\n2'), utf8('2\n'), utf8('3')]));
    expect(groups.map((group) => group.map(textOf))).toEqual([['1'], ['22'], ['3']]);
  });

  it('never hold the unfinished line of a source that breaks off', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield* arriving([utf8('1\n2\n{"half":')]);
      throw new Error('reset');
    }
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const lines of ndjsonLines(breaking(), limits)) seen.push(...lines.map(textOf));
      })(),
    ).rejects.toThrow('reset');
    expect(seen).toEqual(['1', '2']);
  });
});
