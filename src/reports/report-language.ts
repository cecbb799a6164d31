/** The languages that reports come in, each with its catalogue. */
import { GERMAN } from './messages-de.js';
import { type ReportCatalogue, ENGLISH, type ReportMessageCode } from './messages-en.js';

export type ReportLanguage = 'de' | 'en';

/** Fills the places of a message with texts as they are: what prints them makes them fit to be shown. */
export type Say = (code: ReportMessageCode, facts?: ReportFacts) => string;
export type ReportFacts = Readonly<Record<string, string | number>>;

export function speaker(language: ReportLanguage): Say {
  return speakerOf(CATALOGUES[language]);
}

/** Of a catalogue of other codes. */
export function speakerOf<C extends string>(
  catalogue: Readonly<Record<C, string>>,
): (code: C, facts?: ReportFacts) => string {
  return (code, facts = {}) =>
    catalogue[code].replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? '?'));
}

export const CATALOGUES: Readonly<Record<ReportLanguage, ReportCatalogue>> = {
  de: GERMAN,
  en: ENGLISH,
};
