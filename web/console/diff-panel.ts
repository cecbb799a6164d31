/** Two points, and what changed between them. */
import { element } from '../shared/elements.js';
import type { DiffAnswer } from './answers.js';
import type { Surroundings } from './context.js';
import { diffView } from './diff-view.js';
import { form, labelled, textField } from './fields.js';
import { Latest } from './latest.js';
import { IDLE, type Loaded, loading, ready } from './loaded.js';
import type { NodeApi } from './node-api.js';
import type { Point, Subject } from './question.js';
import { loadedView } from './view-parts.js';

export interface DiffPanelParts extends Surroundings {
  readonly api: NodeApi;
  readonly subject: Subject;
}

type Side = 'from' | 'to';
/** As they are typed; empty is no limit. */
interface Typed {
  readonly asOf: string;
  readonly validAt: string;
}

export class DiffPanel {
  readonly #parts: DiffPanelParts;
  readonly #latest = new Latest();
  #typed: Readonly<Record<Side, Typed>> = {
    from: { asOf: '', validAt: '' },
    to: { asOf: '', validAt: '' },
  };
  #diff: Loaded<DiffAnswer> = IDLE;
  #isFromMissing = false;
  #fields: HTMLElement | null = null;
  #body: HTMLElement | null = null;

  constructor(parts: DiffPanelParts) {
    this.#parts = parts;
  }

  render(): HTMLElement {
    const { say } = this.#parts.context();
    this.#fields = element('div', { class: 'sides' });
    this.#body = element('div', { id: 'diff-body' });
    const panel = element(
      'section',
      { id: 'diff', 'aria-labelledby': 'diff-title' },
      element('h2', { id: 'diff-title', tabindex: '-1' }, say('diff.title')),
      element('p', { class: 'quiet explain' }, say('diff.explain')),
      form(
        {},
        () => {
          this.#compare();
        },
        this.#fields,
        element('button', { type: 'submit', id: 'compare' }, say('diff.compare')),
      ),
      this.#body,
    );
    this.#showFields();
    this.#show();
    return panel;
  }

  take(side: Side, { asOf, validAt }: Point): void {
    this.#type(side, { asOf: asOf ?? '', validAt: validAt ?? '' });
    this.#showFields();
  }

  /** Takes both, and compares. */
  compare(from: Point, to: Point): void {
    this.take('from', from);
    this.take('to', to);
    this.#compare();
    document.getElementById('diff-title')?.focus();
  }

  stop(): void {
    this.#latest.stop();
  }

  #type(side: Side, typed: Partial<Typed>): void {
    this.#typed = { ...this.#typed, [side]: { ...this.#typed[side], ...typed } };
  }

  #compare(): void {
    const { api, subject, problemOf } = this.#parts;
    const { from, to } = { from: pointOf(this.#typed.from), to: pointOf(this.#typed.to) };
    const { asOf } = from;
    this.#isFromMissing = asOf === null;
    if (asOf === null) {
      this.#latest.stop();
      this.#change(IDLE);
      return;
    }
    this.#change(loading(this.#diff));
    this.#latest.ask((signal) => api.diff(subject, { ...from, asOf }, to, signal), {
      answered: (diff) => {
        this.#change(ready(diff));
      },
      failed: (error) => {
        this.#change({ kind: 'failed', problem: problemOf(error) });
      },
    });
  }

  #change(diff: Loaded<DiffAnswer>): void {
    this.#diff = diff;
    this.#show();
  }

  #showFields(): void {
    const { say } = this.#parts.context();
    const side = (name: Side): HTMLElement =>
      element(
        'fieldset',
        {},
        element('legend', {}, say(`diff.${name}`)),
        ...(['asOf', 'validAt'] as const).map((time) =>
          labelled(
            say(`diff.${time}`),
            textField(
              `diff-${name}-${time}`,
              this.#typed[name][time],
              (value) => {
                this.#type(name, { [time]: value });
              },
              { maxlength: '64' },
            ),
          ),
        ),
      );
    this.#fields?.replaceChildren(side('from'), side('to'));
  }

  #show(): void {
    const context = this.#parts.context();
    const { say } = context;
    this.#body?.replaceChildren(
      ...(this.#isFromMissing
        ? [element('p', { class: 'problem', role: 'alert' }, say('diff.needsFrom'))]
        : loadedView(this.#diff, say, (diff) => diffView(diff, context))),
    );
  }
}

function pointOf({ asOf, validAt }: Typed): Point {
  return { asOf: asOf.trim() || null, validAt: validAt.trim() || null };
}
