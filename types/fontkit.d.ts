/** What we call of fontkit, which has no types of its own. */
declare module 'fontkit' {
  export interface Glyph {
    readonly id: number;
    /** In units of the font. */
    readonly advanceWidth: number;
  }

  export interface Font {
    readonly unitsPerEm: number;
    readonly ascent: number;
    readonly descent: number;
    /** Every code point that has a glyph. */
    readonly characterSet: readonly number[];
    hasGlyphForCodePoint(codePoint: number): boolean;
    glyphForCodePoint(codePoint: number): Glyph;
  }

  export function create(file: Uint8Array): Font;
}
