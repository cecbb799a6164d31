/** Which ledger, and whom in it. */
import { visible } from '../../src/base/visible-text.js';
import { element } from '../shared/elements.js';
import type { Inspection, LedgerAnswer, Page } from './answers.js';
import { wallClock } from './browser-timers.js';
import type { Surroundings } from './context.js';
import type { Features } from './features.js';
import { form, labelled, textField } from './fields.js';
import { EVERYTHING, inspectedBy } from './inspected.js';
import { InspectionPanel } from './inspection-panel.js';
import type { NodeApi } from './node-api.js';
import { canBeAsked, type Subject } from './question.js';
import { SearchForm } from './search-form.js';

export interface FindPanelParts extends Surroundings {
  readonly api: NodeApi;
  readonly features: Features;
  /** Null where the key may not list them: then one is named. */
  readonly ledgers: Page<LedgerAnswer> | null;
  readonly onSubject: (subject: Subject) => void;
  /** Another ledger, or another inspection: what is shown is not of it. */
  readonly onChange: () => void;
}

export class FindPanel {
  readonly #parts: FindPanelParts;
  readonly #search: SearchForm;
  readonly #inspections: InspectionPanel;
  #ledger: string;
  #origin: string | null = null;
  #subject = '';
  #logs: HTMLElement | null = null;
  #trouble: HTMLElement | null = null;

  constructor(parts: FindPanelParts) {
    this.#parts = parts;
    this.#ledger = parts.ledgers?.items[0]?.name ?? '';
    const { context, problemOf, api, onChange } = parts;
    const ledger = (): string => this.#ledger;
    this.#search = new SearchForm({
      context,
      problemOf,
      api,
      ledger,
      origin: () => this.#origin,
      fields: parts.features.fields,
      onSubject: (subject) => {
        this.#show(subject);
      },
    });
    this.#inspections = new InspectionPanel({
      context,
      problemOf,
      api,
      ledger,
      onChosen: onChange,
    });
  }

  get inspection(): Inspection | null {
    return this.#inspections.chosen;
  }

  /** What is known of the ledger that is chosen. */
  get ledger(): LedgerAnswer | null {
    return this.#parts.ledgers?.items.find(({ name }) => name === this.#ledger) ?? null;
  }

  render(): HTMLElement {
    const { context, features } = this.#parts;
    const { say } = context();
    this.#logs = element('div', { id: 'logs', class: 'field' });
    this.#trouble = element('div', {});
    const panel = element(
      'section',
      { id: 'find', 'aria-labelledby': 'find-title' },
      element('h2', { id: 'find-title' }, say('find.title')),
      element('div', { class: 'line' }, ...this.#ledgerFields(), this.#logs),
      form(
        { class: 'line' },
        () => {
          this.#show(this.#subject);
        },
        labelled(
          say('find.subject'),
          textField('subject-name', this.#subject, (text) => (this.#subject = text), {
            maxlength: '256',
            required: '',
          }),
        ),
        element('button', { type: 'submit', id: 'show' }, say('find.show')),
      ),
      this.#trouble,
      ...(features.search ? [this.#search.render()] : []),
      ...(features.inspections ? [this.#inspections.render()] : []),
    );
    this.#showLogs();
    return panel;
  }

  stop(): void {
    this.#search.stop();
    this.#inspections.stop();
  }

  #ledgerFields(): HTMLElement[] {
    const { context, ledgers } = this.#parts;
    const { say } = context();
    const isAll = ledgers !== null && ledgers.cursor === null;
    if (isAll && ledgers.items.length === 0) return [element('p', {}, say('find.noLedgers'))];
    if (isAll) {
      const select = element(
        'select',
        { id: 'ledger' },
        ...ledgers.items.map(({ name }) => element('option', { value: name }, visible(name))),
      );
      select.value = this.#ledger;
      select.addEventListener('change', () => {
        this.#chooseLedger(select.value);
      });
      return [labelled(say('find.ledger'), select)];
    }
    const field = textField('ledger', this.#ledger, () => undefined, {
      maxlength: '63',
      list: 'ledgers',
      ...(ledgers !== null && { 'aria-describedby': 'more-ledgers' }),
    });
    field.addEventListener('change', () => {
      this.#chooseLedger(field.value.trim());
    });
    const names = ledgers?.items ?? [];
    return [
      labelled(
        say('find.ledger'),
        field,
        element(
          'datalist',
          { id: 'ledgers' },
          ...names.map(({ name }) => element('option', { value: name })),
        ),
        ...(ledgers === null
          ? []
          : [element('p', { class: 'quiet', id: 'more-ledgers' }, say('find.moreLedgers'))]),
      ),
    ];
  }

  #chooseLedger(name: string): void {
    this.#ledger = name;
    this.#origin = null;
    this.#search.forget();
    this.#inspections.forget();
    this.#showLogs();
    this.#parts.onChange();
  }

  /** A ledger that lost something has the logs from before, too. */
  #showLogs(): void {
    const { say } = this.#parts.context();
    const logs = this.ledger?.logs ?? [];
    if (logs.length < 2) {
      this.#logs?.replaceChildren();
      return;
    }
    const written = logs.at(-1)?.origin;
    const select = element(
      'select',
      { id: 'log' },
      ...logs
        .toReversed()
        .map(({ origin }) =>
          element(
            'option',
            { value: origin === written ? '' : origin },
            origin === written ? say('find.logWritten', { origin }) : visible(origin),
          ),
        ),
    );
    select.value = this.#origin ?? '';
    select.addEventListener('change', () => {
      this.#origin = select.value === '' ? null : select.value;
      this.#parts.onChange();
    });
    this.#logs?.replaceChildren(labelled(say('find.log'), select));
  }

  #show(subject: string): void {
    const { say } = this.#parts.context();
    this.#trouble?.replaceChildren();
    if (subject === '' || this.#ledger === '') return;
    if (canBeAsked(subject)) {
      const chosen = this.inspection;
      const inspected = chosen === null ? EVERYTHING : inspectedBy(chosen.scope, wallClock());
      this.#parts.onSubject({ ledger: this.#ledger, subject, origin: this.#origin, ...inspected });
    } else
      this.#trouble?.replaceChildren(
        element('p', { class: 'problem', role: 'alert' }, say('find.unaskable')),
      );
  }
}
