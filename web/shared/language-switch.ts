/** The language of a page: the browser's at first, then whichever its reader presses. */
import type { Language } from '../../src/evidence/languages.js';
import { button, element } from './elements.js';
import { LANGUAGE_NAMES, LANGUAGES } from './languages.js';

export interface LanguageSwitch {
  /** What the buttons are for, for who hears the page. */
  readonly label: string;
  readonly chosen: Language;
  /** Shows the page in it, the switch included. */
  readonly choose: (language: Language) => void;
}

export function browserLanguage(): Language {
  return navigator.language.startsWith('de') ? 'de' : 'en';
}

export function languageSwitch({ label, chosen, choose }: LanguageSwitch): HTMLElement {
  return element(
    'div',
    { class: 'languages', role: 'group', 'aria-label': label },
    ...LANGUAGES.map((language) =>
      button(
        LANGUAGE_NAMES[language],
        () => {
          choose(language);
          // The button that was pressed is gone with the page as it was: its successor has the focus.
          document.getElementById(`language-${language}`)?.focus();
        },
        {
          id: `language-${language}`,
          lang: language,
          'aria-pressed': String(language === chosen),
        },
      ),
    ),
  );
}
