/** The languages that reports for people come in. Codes, facts and JSON are the same in all of them. */
import { GERMAN } from './messages-de.js';
import { type Catalogue, ENGLISH } from './messages-en.js';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en: ENGLISH, de: GERMAN };

export function isLanguage(text: string): text is Language {
  return LANGUAGES.some((language) => language === text);
}
