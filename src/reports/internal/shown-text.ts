/**
 * Text as a page may show it. What a font cannot show is not dropped, and what could hide, move or
 * reorder its neighbours does not get the chance: both are shown as their number, ⟨U+202E⟩.
 */

export interface ShownText {
  readonly text: string;
  /** Whether something stands as its number. */
  readonly escaped: boolean;
}

export function shownText(text: string, has: (codePoint: number) => boolean): ShownText {
  if (PLAIN.test(text)) return { text, escaped: false };
  let shown = '';
  let escaped = false;
  let marks = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    marks = MARK.test(character) ? marks + 1 : 0;
    if (marks <= MAX_MARKS && !UNSHOWABLE.test(character) && has(codePoint)) shown += character;
    else {
      shown += escapeOf(codePoint);
      escaped = true;
      marks = 0;
    }
  }
  return { text: shown, escaped };
}

/** Most text, and every font has it. */
const PLAIN = /^[ -~]*$/;

const MARK = /\p{M}/u;

/** No living language stacks more on one letter; a stack of them covers the lines around it. */
const MAX_MARKS = 2;

/** Parts of a character class. */
const UNSHOWABLE_CLASSES = [
  // Control, format (direction-changing and invisible ones), private, unassigned; lone surrogates; line breaks.
  String.raw`\p{C}\p{Zl}\p{Zp}`,
  // Every space but U+0020, which they would pass for.
  String.raw`\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000`,
  // Marks that enclose other characters, and variation selectors.
  String.raw`\p{Me}\ufe00-\ufe0f\u{e0100}-\u{e01ef}`,
  // Fillers that count as letters and show nothing.
  String.raw`\u034f\u17b4\u17b5\u115f\u1160\u2800\u3164\uffa0`,
  // Blocks of letters that run from right to left: a line that mixes directions can be read in two orders.
  String.raw`\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}`,
  // The brackets of the escapes, so that nobody else can write one.
  '⟨⟩',
];
const UNSHOWABLE = new RegExp(`[${UNSHOWABLE_CLASSES.join('')}]`, 'u');

function escapeOf(codePoint: number): string {
  return `⟨U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
