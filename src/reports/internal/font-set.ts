/**
 * The three fonts of a report, from DejaVu: Latin, Greek, Cyrillic and much else in one file each, under
 * a licence that lets documents carry them. No two characters share a glyph (a test counts), so what is
 * shown can be told from what looks like it, and is found and copied as what it is.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';

export type FontName = 'text' | 'strong' | 'mono';

export type FontSet = Readonly<Record<FontName, ReportFont>>;

export interface ReportFont {
  has(codePoint: number): boolean;
  /** In ems. */
  widthOf(codePoint: number): number;
  /** In ems, above the base line. */
  readonly ascent: number;
  /** For pdfkit: see `plainLayout`. */
  readonly face: Font & PlainLayout;
}

/** Reads and parses about two megabytes. */
export function openFonts(): FontSet {
  return {
    text: openFont(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf')),
    strong: openFont(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf')),
    mono: openFont(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf')),
  };
}

const require = createRequire(import.meta.url);

function openFont(path: string): ReportFont {
  const font = create(readFileSync(path));
  const widths = new Map<number, number>();
  return {
    has: (codePoint) => font.hasGlyphForCodePoint(codePoint),
    widthOf: (codePoint) => {
      const known = widths.get(codePoint);
      if (known !== undefined) return known;
      const width = font.glyphForCodePoint(codePoint).advanceWidth / font.unitsPerEm;
      widths.set(codePoint, width);
      return width;
    },
    ascent: font.ascent / font.unitsPerEm,
    face: plainLayout(font),
  };
}

interface PlainLayout {
  layout(text: string): PlainRun;
}

interface PlainRun {
  readonly glyphs: readonly PlainGlyph[];
  readonly positions: readonly PlainPosition[];
  readonly advanceWidth: number;
}

interface PlainGlyph {
  readonly id: number;
  readonly advanceWidth: number;
  readonly codePoints: readonly number[];
}

/** In units of the font; pdfkit scales them in place. */
interface PlainPosition {
  xAdvance: number;
  readonly yAdvance: number;
  readonly xOffset: number;
  readonly yOffset: number;
}

/**
 * The font with one glyph a character, from left to right: no ligatures, no kerning, no reordering. So a
 * line is as wide as the sum of its characters, and its text can be taken out again as it was put in.
 */
function plainLayout(font: Font): Font & PlainLayout {
  const known = new Map<number, PlainGlyph>();
  const glyphOf = (codePoint: number): PlainGlyph => {
    const found = known.get(codePoint);
    if (found !== undefined) return found;
    const { id, advanceWidth } = font.glyphForCodePoint(codePoint);
    const glyph = { id, advanceWidth, codePoints: [codePoint] };
    known.set(codePoint, glyph);
    return glyph;
  };
  const layout = (text: string): PlainRun => {
    const glyphs: PlainGlyph[] = [];
    const positions: PlainPosition[] = [];
    for (const character of text) {
      const glyph = glyphOf(character.codePointAt(0) ?? 0);
      glyphs.push(glyph);
      positions.push({ xAdvance: glyph.advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0 });
    }
    return {
      glyphs,
      positions,
      get advanceWidth() {
        return positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0);
      },
    };
  };
  return Object.create(font, { layout: { value: layout } }) as Font & PlainLayout;
}
