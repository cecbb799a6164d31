/** Which open inspection is read under. They are listed when somebody asks: not every key may. */
import { visible } from '../../src/base/visible-text.js';
import { button, element } from '../shared/elements.js';
import type { Inspection } from './answers.js';
import type { Surroundings } from './context.js';
import { Latest } from './latest.js';
import { IDLE, type Loaded, loading, ready } from './loaded.js';
import type { NodeApi } from './node-api.js';
import { valueText } from './payload-rows.js';
import { loadedView, momentView, rowsView } from './view-parts.js';

export interface InspectionPanelParts extends Surroundings {
  readonly api: NodeApi;
  readonly ledger: () => string;
  readonly onChosen: () => void;
}

/** Of all that are listed, whatever their state. */
const MAX_PAGES = 20;

export class InspectionPanel {
  readonly #parts: InspectionPanelParts;
  readonly #latest = new Latest();
  #open: Loaded<readonly Inspection[]> = IDLE;
  #chosen: Inspection | null = null;
  #body: HTMLElement | null = null;

  constructor(parts: InspectionPanelParts) {
    this.#parts = parts;
  }

  get chosen(): Inspection | null {
    return this.#chosen;
  }

  render(): HTMLElement {
    const { say } = this.#parts.context();
    this.#body = element('div', { id: 'inspection-body' });
    const panel = element(
      'div',
      { id: 'inspection', role: 'group', 'aria-labelledby': 'inspection-title' },
      element('h3', { id: 'inspection-title' }, say('inspection.title')),
      button(
        say('inspection.load'),
        () => {
          this.#load();
        },
        { id: 'list-inspections' },
      ),
      this.#body,
    );
    this.#show();
    return panel;
  }

  /** Those of another ledger are others. */
  forget(): void {
    this.stop();
    this.#open = IDLE;
    this.#choose(null);
  }

  stop(): void {
    this.#latest.stop();
  }

  #load(): void {
    const { api, ledger, problemOf } = this.#parts;
    const name = ledger();
    this.#change(loading(IDLE));
    const question = async (signal: AbortSignal): Promise<readonly Inspection[]> => {
      const found: Inspection[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < MAX_PAGES; page++) {
        const { items, cursor: next } = await api.inspections(cursor, signal);
        found.push(...items.filter((one) => one.state === 'open' && one.ledger === name));
        if (next === null) break;
        cursor = next;
      }
      return found;
    };
    this.#latest.ask(question, {
      answered: (found) => {
        this.#change(ready(found));
      },
      failed: (error) => {
        this.#change({ kind: 'failed', problem: problemOf(error) });
      },
    });
  }

  #choose(inspection: Inspection | null): void {
    const { api, onChosen } = this.#parts;
    const isSame = this.#chosen?.id === inspection?.id;
    this.#chosen = inspection;
    api.client.inspection = inspection?.id ?? null;
    this.#show();
    if (!isSame) onChosen();
  }

  #change(open: Loaded<readonly Inspection[]>): void {
    this.#open = open;
    this.#show();
  }

  #show(): void {
    const { say } = this.#parts.context();
    this.#body?.replaceChildren(...loadedView(this.#open, say, (open) => this.#listView(open)));
  }

  #listView(open: readonly Inspection[]): Node[] {
    const context = this.#parts.context();
    const { say } = context;
    if (open.length === 0) return [element('p', {}, say('inspection.empty'))];
    const chosen = this.#chosen;
    const select = element(
      'select',
      { id: 'choose-inspection' },
      element('option', { value: '' }, say('inspection.none')),
      ...open.map(({ id, caseId, authority }) =>
        element('option', { value: id }, say('inspection.one', { caseId, authority })),
      ),
    );
    select.value = chosen?.id ?? '';
    select.addEventListener('change', () => {
      this.#choose(open.find(({ id }) => id === select.value) ?? null);
      document.getElementById('choose-inspection')?.focus();
    });
    return [
      element(
        'div',
        { class: 'field' },
        element('label', { for: 'choose-inspection' }, say('inspection.choose')),
        select,
      ),
      ...(chosen === null
        ? []
        : [
            rowsView([
              [say('inspection.basis'), visible(chosen.legalBasis)],
              [say('inspection.scope'), valueText(chosen.scope)],
              ...(chosen.expiresAt === null
                ? []
                : [[say('inspection.expires'), momentView(chosen.expiresAt, context)] as const]),
            ]),
          ]),
    ];
  }
}
