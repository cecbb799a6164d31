/** Everything recorded of a person, newest first, a page at a time. */
import { button, element } from '../shared/elements.js';
import type { Entry, Mention, TimelineAnswer } from './answers.js';
import type { Surroundings } from './context.js';
import { entryTitle, type EntryActions, mentionTitle, validity } from './entry-view.js';
import { Latest } from './latest.js';
import { IDLE, type Loaded, loading, ready, valueOf } from './loaded.js';
import type { NodeApi } from './node-api.js';
import type { Subject } from './question.js';
import { loadedView, marksView, momentView } from './view-parts.js';

export interface TimelinePanelParts extends Surroundings {
  readonly api: NodeApi;
  readonly subject: Subject;
  readonly actions: EntryActions;
  readonly onTimeline: (timeline: TimelineAnswer) => void;
  /** @param size that ends with the entry. */
  readonly onHere: (size: number) => void;
  readonly onChanged: (item: Entry | Mention) => void;
}

export class TimelinePanel {
  readonly #parts: TimelinePanelParts;
  readonly #latest = new Latest();
  #timeline: Loaded<TimelineAnswer> = IDLE;
  #body: HTMLElement | null = null;

  constructor(parts: TimelinePanelParts) {
    this.#parts = parts;
  }

  get items(): readonly (Entry | Mention)[] {
    return valueOf(this.#timeline)?.items ?? [];
  }

  render(): HTMLElement {
    const { say } = this.#parts.context();
    this.#body = element('div', { id: 'timeline-body' });
    const panel = element(
      'section',
      { id: 'timeline', 'aria-labelledby': 'timeline-title' },
      element('h2', { id: 'timeline-title' }, say('timeline.title')),
      element('p', { class: 'quiet explain' }, say('timeline.explain')),
      this.#body,
    );
    this.#show();
    return panel;
  }

  load(): void {
    this.#change(loading(this.#timeline));
    this.#ask(null);
  }

  stop(): void {
    this.#latest.stop();
  }

  #ask(before: TimelineAnswer | null): void {
    const { api, subject, onTimeline, problemOf } = this.#parts;
    this.#latest.ask((signal) => api.timeline(subject, before?.cursor ?? null, signal), {
      answered: (page) => {
        const timeline =
          before === null ? page : { ...page, items: [...before.items, ...page.items] };
        this.#change(ready(timeline));
        onTimeline(timeline);
        if (before !== null)
          this.#body?.querySelectorAll<HTMLElement>('li > h3')[before.items.length]?.focus();
      },
      failed: (error) => {
        this.#change({ kind: 'failed', problem: problemOf(error) });
      },
    });
  }

  #change(timeline: Loaded<TimelineAnswer>): void {
    this.#timeline = timeline;
    this.#show();
  }

  #show(): void {
    const { say } = this.#parts.context();
    this.#body?.replaceChildren(
      ...loadedView(this.#timeline, say, (timeline) => this.#timelineView(timeline)),
    );
  }

  #timelineView(timeline: TimelineAnswer): Node[] {
    const { say } = this.#parts.context();
    const { items, cursor, asOf } = timeline;
    if (items.length === 0) return [element('p', {}, say('subject.nothing'))];
    return [
      element('p', { class: 'quiet' }, say('timeline.size', { size: asOf.size })),
      element('ol', { class: 'timeline' }, ...items.map((item) => this.#itemView(item))),
      ...(cursor === null
        ? []
        : [
            button(
              say('page.more'),
              () => {
                this.#ask(timeline);
              },
              { id: 'timeline-more' },
            ),
          ]),
    ];
  }

  #itemView(item: Entry | Mention): HTMLElement {
    const { context, actions, onHere, onChanged } = this.#parts;
    const now = context();
    const { say } = now;
    const isOwn = item.role === 'own';
    return element(
      'li',
      { 'data-index': String(item.index) },
      element('p', { class: 'when' }, momentView(item.recordedAt, now)),
      element('h3', { tabindex: '-1' }, isOwn ? entryTitle(item, now) : mentionTitle(item, now)),
      element(
        'p',
        { class: 'quiet' },
        say('times.entry', { index: item.index }),
        ...(isOwn && item.kind === 'record' ? [`, ${validity(item, now)}`] : []),
        ...(isOwn && item.retracts !== null
          ? [`, ${say('entry.retracts')} ${item.retracts.slice(0, 12)}`]
          : []),
      ),
      ...(isOwn ? [marksView(item.finality, now)] : []),
      element(
        'p',
        { class: 'actions' },
        button(say('timeline.here'), () => {
          onHere(item.index + 1);
        }),
        button(say('timeline.changed'), () => {
          onChanged(item);
        }),
        button(say('entry.json'), () => {
          actions.json(item);
        }),
      ),
    );
  }
}
