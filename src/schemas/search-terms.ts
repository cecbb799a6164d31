/**
 * What a value is found by: spellings of one name, date or number that people take for the same become
 * one text here. Changing any of it makes what was entered before unfindable: it is a format
 * (docs/formats/schemas.md, "Search terms").
 */
import type { JsonValue } from '../base/canonical-json.js';
import type { FindableAs } from './schema-document.js';

export interface SearchTerms {
  /** The whole value; null if there is nothing in it to be found by. */
  readonly whole: string | null;
  /** Its words, each once and in order; of a value that has no words, none. */
  readonly words: readonly string[];
}

/** Words of one value; a text of more is found by these. */
export const MAX_WORDS = 64;
const MAX_TERM_LENGTH = 256;

export function searchTerms(as: FindableAs, value: JsonValue): SearchTerms {
  switch (as) {
    case 'name':
    case 'text':
      return typeof value === 'string' ? ofText(value) : NOTHING;
    case 'birthDate':
      return alone(dateOf(value));
    case 'documentNumber':
    case 'lei':
      return alone(numberOf(value));
  }
}

const NOTHING: SearchTerms = { whole: null, words: [] };

function ofText(text: string): SearchTerms {
  const folded = fold(text);
  const words = [...new Set(folded.split(' '))].filter((word) => word !== '').slice(0, MAX_WORDS);
  return { whole: folded === '' ? null : cut(folded), words: words.map(cut) };
}

/**
 * Compatibility decomposition, marks off, case folded, and whatever is neither letter nor digit a
 * space. Apostrophes, which some write in a name and others do not, are nothing at all.
 */
function fold(text: string): string {
  let folded = text;
  // Folding case can make what decomposes again (İ), and the other way round; three rounds are enough.
  for (let round = 0; round < 3; round++)
    folded = folded
      .normalize('NFKD')
      // Upper first: ß and ẞ both become ss, and a mark that has a letter as its capital (ᾳ) that letter.
      .toUpperCase()
      .normalize('NFKD')
      .replaceAll(MARKS, '')
      .toLowerCase()
      .replaceAll('ς', 'σ')
      .replaceAll(LETTERS, (letter) => SAME_LETTERS[letter] ?? letter);
  return folded.replaceAll(APOSTROPHES, '').replaceAll(NEITHER, ' ').trim();
}

/** Combining marks, and what is not seen at all. */
const MARKS = /[\p{M}\p{Cf}]/gu;
const APOSTROPHES = /['’‘ʼʹ`´＇′ʻ]/gu;
const NEITHER = /[^\p{L}\p{N}]+/gu;

/** Letters with strokes and joined ones that Unicode does not take apart. */
const SAME_LETTERS: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŧ: 't',
  þ: 'th',
};
const LETTERS = /[æœøđðħıłŧþ]/gu;

/** `1990-05-17` of an ISO date or instant, of day-month-year with dots, or of milliseconds. */
function dateOf(value: JsonValue): string | null {
  if (typeof value === 'number') return ofMillis(value);
  if (typeof value !== 'string') return null;
  const text = value.normalize('NFKC').trim();
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?$/u.exec(text) ?? [];
  if (year !== undefined) return ofParts(year, month, day);
  // Only with dots: with slashes, people disagree about which is the month.
  const [, late, middle, last] = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/u.exec(text) ?? [];
  return last === undefined ? null : ofParts(last, middle, late);
}

function ofParts(year: string, month = '', day = ''): string | null {
  const [m, d] = [Number(month), Number(day)];
  const isLeap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m - 1];
  if (days === undefined || d < 1 || d > days) return null;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** Days since 1970, by Howard Hinnant's `civil_from_days`. */
function ofMillis(millis: number): string | null {
  const days = Math.floor(millis / 86_400_000) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (!(year >= 1 && year <= 9999)) return null;
  return ofParts(String(year).padStart(4, '0'), String(month), String(day));
}

/** Upper-case letters and digits, and nothing that stands between them. Check digits are not looked at. */
function numberOf(value: JsonValue): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const text = fold(String(value)).replaceAll(' ', '').toUpperCase();
  return text === '' ? null : cut(text);
}

function alone(whole: string | null): SearchTerms {
  return { whole, words: [] };
}

/** At a character, never within one. */
function cut(term: string): string {
  return term.length <= MAX_TERM_LENGTH
    ? term
    : Array.from(term)
        .slice(0, MAX_TERM_LENGTH / 2)
        .join('');
}
