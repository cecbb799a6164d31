/** Persons by a findable field of their records, where the node can. */
import { visible } from '../../src/base/visible-text.js';
import { button, element } from '../shared/elements.js';
import type { FoundSubject, Page } from './answers.js';
import type { Surroundings } from './context.js';
import { form, labelled, textField } from './fields.js';
import { Latest } from './latest.js';
import { IDLE, type Loaded, loading, ready } from './loaded.js';
import type { NodeApi } from './node-api.js';
import { loadedView } from './view-parts.js';

export interface SearchFormParts extends Surroundings {
  readonly api: NodeApi;
  readonly ledger: () => string;
  readonly origin: () => string | null;
  /** That are known to be findable; another may be typed. */
  readonly fields: readonly string[];
  readonly onSubject: (subject: string) => void;
}

export class SearchForm {
  readonly #parts: SearchFormParts;
  readonly #latest = new Latest();
  #field = '';
  #value = '';
  #found: Loaded<Page<FoundSubject>> = IDLE;
  #body: HTMLElement | null = null;

  constructor(parts: SearchFormParts) {
    this.#parts = parts;
  }

  render(): HTMLElement {
    const { say } = this.#parts.context();
    this.#body = element('div', { id: 'found' });
    const shown = form(
      { class: 'line', id: 'search' },
      () => {
        this.#search(null);
      },
      labelled(
        say('find.field'),
        textField('search-field', this.#field, (text) => (this.#field = text), {
          maxlength: '64',
          list: 'search-fields',
          'aria-describedby': 'search-explain',
        }),
        element(
          'datalist',
          { id: 'search-fields' },
          ...this.#parts.fields.map((value) => element('option', { value })),
        ),
      ),
      labelled(
        say('find.value'),
        textField('search-value', this.#value, (text) => (this.#value = text), {
          maxlength: '512',
        }),
      ),
      element('button', { type: 'submit' }, say('find.search')),
      element('p', { class: 'quiet', id: 'search-explain' }, say('find.searchExplain')),
      this.#body,
    );
    this.#show();
    return shown;
  }

  forget(): void {
    this.stop();
    this.#change(IDLE);
  }

  stop(): void {
    this.#latest.stop();
  }

  #search(before: Page<FoundSubject> | null): void {
    const { api, ledger, origin, problemOf } = this.#parts;
    const [field, value] = [this.#field.trim(), this.#value.trim()];
    const asked = { field, value, origin: origin(), cursor: before?.cursor ?? null };
    if (asked.field === '' || asked.value === '') return;
    if (before === null) this.#change(loading(IDLE));
    this.#latest.ask((signal) => api.search(ledger(), asked, signal), {
      answered: ({ items, cursor }) => {
        const all = [...(before?.items ?? []), ...items];
        const bySubject = new Map(all.map((found) => [found.subject, found]));
        this.#change(ready({ items: [...bySubject.values()], cursor }));
      },
      failed: (error) => {
        this.#change({ kind: 'failed', problem: problemOf(error) });
      },
    });
  }

  #change(found: Loaded<Page<FoundSubject>>): void {
    this.#found = found;
    this.#show();
  }

  #show(): void {
    const { say } = this.#parts.context();
    this.#body?.replaceChildren(
      ...loadedView(this.#found, say, (found) => {
        const { items, cursor } = found;
        return [
          element(
            'p',
            { role: 'status' },
            items.length === 0 && cursor === null ? say('find.nothing') : say('find.found'),
          ),
          element(
            'ul',
            { class: 'found' },
            ...items.map(({ subject, doubles }) =>
              element(
                'li',
                {},
                button(visible(subject), () => {
                  this.#parts.onSubject(subject);
                }),
                ...(doubles.length === 0
                  ? []
                  : [
                      element(
                        'p',
                        { class: 'quiet' },
                        say('find.double', { subjects: doubles.map(visible).join(', ') }),
                      ),
                    ]),
              ),
            ),
          ),
          ...(cursor === null
            ? []
            : [
                button(say('page.more'), () => {
                  this.#search(found);
                }),
              ]),
        ];
      }),
    );
  }
}
