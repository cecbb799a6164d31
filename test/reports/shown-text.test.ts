import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openFonts } from '../../src/reports/internal/font-set.js';
import { shownText } from '../../src/reports/internal/shown-text.js';

const fonts = openFonts();
const has = (codePoint: number): boolean => fonts.text.has(codePoint);

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom('⟨', '⟩', 'U+0041', 'a', '\u0301', '\u202e', '\u05d0', ' ', '\u00a0', '\n'),
    )
    .map((parts) => parts.join('')),
);

/** What a careful reader makes of it. */
function readBack(shown: string): string {
  return shown.replace(/⟨U\+([0-9A-F]{4,6})⟩/g, (_, hex: string) =>
    String.fromCodePoint(parseInt(hex, 16)),
  );
}

describe('shown text', () => {
  it('can be read back to exactly what it was, so that no two texts look the same', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(readBack(shownText(text, has).text)).toBe(text);
      }),
    );
  });

  it('has nothing that hides, steers or is not in the font, and says when it has changed something', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = shownText(text, has);
        expect(shown.text).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\u00a0\u05d0-\u05ea\u0600-\u06ff]/u);
        expect(shown.text).not.toMatch(/\p{M}{3}/u);
        for (const character of shown.text) expect(has(character.codePointAt(0) ?? 0)).toBe(true);
        expect(shown.escaped).toBe(shown.text !== text);
      }),
    );
  });

  it('leaves Latin, Greek and Cyrillic, their marks and their neighbours alone', () => {
    const plain = 'Zürich Łódź Ελλάδα Україна Հայաստան საქართველო Việt Nam e\u0301 “—” €½ ✓';
    expect(shownText(plain, has)).toEqual({ text: plain, escaped: false });
  });
});

describe.each(['text', 'strong', 'mono'] as const)('the font %s', (name) => {
  it('has no glyph that stands for two characters', () => {
    const { face } = fonts[name];
    const glyphs = face.characterSet.map((codePoint) => face.glyphForCodePoint(codePoint).id);
    expect(glyphs.length).toBeGreaterThan(3_000);
    expect(new Set(glyphs).size).toBe(glyphs.length);
  });

  it('can show the escapes', () => {
    for (const character of '⟨⟩U+0123456789ABCDEF…')
      expect([character, fonts[name].has(character.codePointAt(0) ?? 0)]).toEqual([
        character,
        true,
      ]);
  });
});
