/** The languages that the pages speak: those that reports come in, whose catalogues the console does not take along. */
import type { Language } from '../../src/evidence/languages.js';

export const LANGUAGES = ['en', 'de'] as const satisfies readonly Language[];

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };
