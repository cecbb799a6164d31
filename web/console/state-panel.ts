/** What stood at the point that is asked about, a page at a time. */
import { button, element } from '../shared/elements.js';
import type { StateAnswer } from './answers.js';
import type { Surroundings } from './context.js';
import { entryArticle, type EntryActions, mentionTitle, contentView } from './entry-view.js';
import type { Settling } from './latest.js';
import { Latest } from './latest.js';
import { IDLE, type Loaded, loading, ready } from './loaded.js';
import type { NodeApi } from './node-api.js';
import type { Point, Subject } from './question.js';
import { loadedView, momentView } from './view-parts.js';

export interface StatePanelParts extends Surroundings {
  readonly api: NodeApi;
  readonly subject: Subject;
  readonly actions: EntryActions;
  readonly settling: Settling;
  readonly onAnswer: (asked: Point, answer: StateAnswer) => void;
}

export class StatePanel {
  readonly #parts: StatePanelParts;
  readonly #latest = new Latest();
  #asked: Point = { asOf: null, validAt: null };
  #state: Loaded<StateAnswer> = IDLE;
  #body: HTMLElement | null = null;

  constructor(parts: StatePanelParts) {
    this.#parts = parts;
  }

  render(): HTMLElement {
    const { say } = this.#parts.context();
    this.#body = element('div', { id: 'state-body' });
    const panel = element(
      'section',
      { id: 'state', 'aria-labelledby': 'state-title' },
      element('h2', { id: 'state-title' }, say('state.title')),
      element('p', { role: 'status', class: 'spoken', id: 'state-spoken' }),
      this.#body,
    );
    this.#show();
    return panel;
  }

  /** What was on its way is ended; while a slider moves nothing is asked. */
  ask(point: Point, isSettled: boolean): void {
    const { settling, api, subject } = this.#parts;
    this.#latest.stop();
    this.#asked = point;
    this.#change(loading(this.#state));
    const start = (): void => {
      this.#latest.ask((signal) => api.state(subject, point, null, signal), {
        answered: (answer) => {
          this.#answered(answer);
        },
        failed: (error) => {
          this.#failed(error);
        },
      });
    };
    if (isSettled) {
      settling.stop();
      start();
    } else {
      settling.soon(start);
    }
  }

  stop(): void {
    this.#latest.stop();
    this.#parts.settling.stop();
  }

  #more(before: StateAnswer): void {
    const { api, subject } = this.#parts;
    this.#latest.ask((signal) => api.state(subject, this.#asked, before.cursor, signal), {
      answered: (page) => {
        this.#change(
          ready({ ...before, cursor: page.cursor, items: [...before.items, ...page.items] }),
        );
        this.#body?.querySelectorAll<HTMLElement>('h3')[before.items.length]?.focus();
      },
      failed: (error) => {
        this.#failed(error);
      },
    });
  }

  #answered(answer: StateAnswer): void {
    this.#change(ready(answer));
    this.#parts.onAnswer(this.#asked, answer);
    const spoken = this.#parts
      .context()
      .say('state.announce', { size: answer.asOf.size, things: answer.things });
    document.getElementById('state-spoken')?.replaceChildren(spoken);
  }

  #failed(error: unknown): void {
    this.#change({ kind: 'failed', problem: this.#parts.problemOf(error) });
  }

  #change(state: Loaded<StateAnswer>): void {
    this.#state = state;
    this.#show();
  }

  #show(): void {
    const { say } = this.#parts.context();
    this.#body?.replaceChildren(
      ...loadedView(this.#state, say, (answer) => this.#answerView(answer)),
    );
  }

  #answerView(answer: StateAnswer): Node[] {
    const { context, actions } = this.#parts;
    const now = context();
    const { say } = now;
    const { items, mentions, mentioned, things, entries, cursor } = answer;
    return [
      element(
        'p',
        { class: 'quiet' },
        say('state.counts', { things, entries, mentions: mentioned }),
      ),
      ...(items.length === 0 ? [element('p', {}, say('state.empty'))] : []),
      ...items.map((entry) => entryArticle(entry, now, actions)),
      ...(cursor === null
        ? []
        : [
            button(say('page.more'), () => {
              this.#more(answer);
            }),
          ]),
      ...(mentions.length === 0
        ? []
        : [
            element('h3', {}, say('state.mentions')),
            ...mentions.map((mention) =>
              element(
                'article',
                { class: 'entry', 'data-index': String(mention.index) },
                element('h4', {}, mentionTitle(mention, now)),
                element('p', {}, momentView(mention.recordedAt, now)),
                ...(mention.role === 'part' ? [contentView(mention, now)] : []),
                element(
                  'p',
                  { class: 'actions' },
                  button(say('entry.json'), () => {
                    actions.json(mention);
                  }),
                ),
              ),
            ),
          ]),
    ];
  }
}
