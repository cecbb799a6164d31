/** From codes and facts to sentences, in the language that was chosen. */
import { visible } from '../../src/base/visible-text.js';
import type { Language } from '../../src/evidence/languages.js';
import { GERMAN } from './messages-de.js';
import { ENGLISH, type MessageCode } from './messages-en.js';

export const CATALOGUES: Readonly<Record<Language, Readonly<Record<MessageCode, string>>>> = {
  en: ENGLISH,
  de: GERMAN,
};

export type Facts = Readonly<Record<string, string | number>>;

/** Facts may be anyone's text: what hides is shown as escapes. */
export type Say = (code: MessageCode, facts?: Facts) => string;

export function sayIn(language: Language): Say {
  return (code, facts = {}) =>
    CATALOGUES[language][code].replace(/\{(\w+)\}/g, (_, name: string) =>
      visible(String(facts[name] ?? '?')),
    );
}

export function isMessageCode(code: string): code is MessageCode {
  return Object.hasOwn(ENGLISH, code);
}
