import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openFonts } from '../../src/reports/internal/font-set.js';
import { measureWith } from '../../src/reports/internal/measure.js';
import {
  heightOf,
  lineCount,
  pagesOf,
  type Piece,
} from '../../src/reports/internal/page-layout.js';
import { CONTENT_HEIGHT, CONTENT_WIDTH } from '../../src/reports/internal/page-style.js';
import { stripsOf } from '../../src/reports/internal/strip.js';
import type { Block } from '../../src/reports/report-document.js';

const fonts = openFonts();

const text = fc
  .array(fc.constantFrom('a', 'word', 'x'.repeat(300), '\u202e', 'ß', ''), { maxLength: 400 })
  .map((words) => words.join(' '));
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant('heading' as const), level: fc.constantFrom(1, 2, 3, 4), text }),
  fc.record({ kind: fc.constantFrom('paragraph' as const, 'note', 'warning'), text }),
  fc.record({ kind: fc.constant('preformatted' as const), text }),
  fc.record({
    kind: fc.constant('rows' as const),
    rows: fc.array(fc.record({ label: text, value: text, depth: fc.nat(20), mono: fc.boolean() }), {
      maxLength: 5,
    }),
  }),
  fc.array(fc.tuple(text, text), { maxLength: 20 }).map((rows) => ({
    kind: 'table' as const,
    columns: [
      { title: 'one', share: 1 },
      { title: 'x'.repeat(5_000), share: 3, mono: true },
    ],
    rows,
  })),
);

const linesOf = ({ strip, from, to }: Piece): string[] =>
  strip.cells.flatMap(({ lines }) => lines.slice(from, to));

describe('pages', () => {
  it('hold every line once and in order, and none outside of its page or column', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
        const measure = measureWith(fonts);
        const pages = [...pagesOf(blocks, measure)];
        const found: (readonly [strip: string, line: number])[] = [];
        for (const { pieces } of pages)
          for (const piece of pieces) {
            const { strip, from, to, y } = piece;
            expect(y + heightOf(strip, to - from)).toBeLessThanOrEqual(CONTENT_HEIGHT + 0.01);
            for (const cell of strip.cells)
              for (const line of cell.lines.slice(from, to))
                expect(cell.x + measure.width(line, cell.style)).toBeLessThanOrEqual(
                  CONTENT_WIDTH + 0.01,
                );
            if (!piece.isRepeat)
              for (let at = from; at < to; at++) found.push([lineAt(piece, at), at]);
          }
        const wanted = blocks
          .flatMap((one) => [...stripsOf(one, measure)])
          .flatMap((strip) =>
            Array.from({ length: lineCount(strip) }, (_, at) => [
              strip.cells.map(({ lines }) => lines[at] ?? '').join('|'),
              at,
            ]),
          );
        expect(found).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it('have no heading alone at their foot', () => {
    for (let lines = 20; lines < 80; lines++) {
      const blocks: Block[] = [
        ...Array.from({ length: lines }, (): Block => ({ kind: 'paragraph', text: 'line' })),
        { kind: 'heading', level: 2, text: 'Heading' },
        { kind: 'paragraph', text: 'below' },
      ];
      const pages = [...pagesOf(blocks, measureWith(fonts))].map(({ pieces }) =>
        pieces.flatMap(linesOf),
      );
      expect(pages.find((texts) => texts.includes('Heading'))).toContain('below');
    }
  });

  it('say of each table that goes on what its columns are', () => {
    const rows = Array.from({ length: 200 }, (_, at) => [`${at}`]);
    const table: Block = { kind: 'table', columns: [{ title: 'Column', share: 1 }], rows };
    const pages = [...pagesOf([table], measureWith(fonts))];
    expect(pages.length).toBeGreaterThan(2);
    for (const { pieces } of pages) {
      expect(pieces.slice(0, 1).flatMap(linesOf)).toEqual(['Column']);
      expect(pieces.filter((piece) => linesOf(piece).includes('Column'))).toHaveLength(1);
    }
  });
});

function lineAt({ strip }: Piece, at: number): string {
  return strip.cells.map(({ lines }) => lines[at] ?? '').join('|');
}
