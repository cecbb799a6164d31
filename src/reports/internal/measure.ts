/** Lines: a text, shown safely in its font, broken to a width. */
import type { FontName, FontSet } from './font-set.js';
import { shownText } from './shown-text.js';

export interface TextStyle {
  readonly font: FontName;
  /** In points. */
  readonly size: number;
}

export interface Measure {
  /** The lines of a text in a column of `width` points; at least one. Spaces are kept, but for those at a break. */
  lines(text: string, style: TextStyle, width: number): readonly string[];
  /** One line that fits, with `…` where its end was cut off. */
  fitted(text: string, style: TextStyle, width: number): string;
  width(shown: string, style: TextStyle): number;
  /** Whether any text so far has a character that stands as its number. */
  readonly escaped: boolean;
}

export function measureWith(fonts: FontSet): Measure {
  let escaped = false;
  const shown = (text: string, { font }: TextStyle): string => {
    const result = shownText(text, (codePoint) => fonts[font].has(codePoint));
    escaped ||= result.escaped;
    return result.text;
  };
  const width = (text: string, { font, size }: TextStyle): number => {
    let sum = 0;
    for (const character of text) sum += fonts[font].widthOf(character.codePointAt(0) ?? 0);
    return sum * size;
  };
  return {
    lines: (text, style, room) =>
      breakLines(shown(text, style), room, (part) => width(part, style)),
    fitted: (text, style, room) => fit(shown(text, style), room, (part) => width(part, style)),
    width,
    get escaped() {
      return escaped;
    },
  };
}

type WidthOf = (text: string) => number;

function breakLines(text: string, room: number, widthOf: WidthOf): string[] {
  const space = widthOf(' ');
  const lines: string[] = [];
  let line = '';
  let used = 0;
  let isFirst = true;
  for (const word of text.split(' ')) {
    const width = widthOf(word);
    if (!isFirst && used + space + width <= room) {
      line += ` ${word}`;
      used += space + width;
      continue;
    }
    if (!isFirst) lines.push(line);
    isFirst = false;
    const pieces = width <= room ? [word] : cut(word, room, widthOf);
    line = pieces.pop() ?? '';
    lines.push(...pieces);
    used = widthOf(line);
  }
  return [...lines, line];
}

/** The second half of a piece is searched for what names and addresses are made of. */
const GOOD_BREAK = /^.{8,}[-/@.,:;=_](?=.{0,12}$)/u;

/** A word that is wider than its column: behind a mark, or anywhere but inside a character. */
function cut(word: string, room: number, widthOf: WidthOf): string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of word) {
    const width = widthOf(character);
    if (piece !== '' && used + width > room) {
      const end = GOOD_BREAK.exec(piece)?.[0].length ?? piece.length;
      pieces.push(piece.slice(0, end));
      piece = piece.slice(end);
      used = widthOf(piece);
    }
    piece += character;
    used += width;
  }
  return [...pieces, piece];
}

function fit(text: string, room: number, widthOf: WidthOf): string {
  if (widthOf(text) <= room) return text;
  const [first = ''] = cut(text, room - widthOf('…'), widthOf);
  return `${first}…`;
}
