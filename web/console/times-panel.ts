/** The two times of a question: what was known when, and of when it holds. */
import { button, element } from '../shared/elements.js';
import type { AsOf, Entry, Mention } from './answers.js';
import type { Context } from './context.js';
import { moment } from './instants.js';
import type { Point } from './question.js';
import { Scrubber } from './scrubber.js';
import {
  recordedPosition,
  type RecordedTick,
  recordedTicks,
  validPosition,
  type ValidTick,
  validTicks,
} from './ticks.js';
import { hashView, momentView, rowsView } from './view-parts.js';

/** What was asked, and what the node understood by it. */
export interface ShownPoint {
  readonly asked: Point;
  readonly asOf: AsOf;
  readonly validAt: string | null;
}

export interface TimesPanelParts {
  readonly context: () => Context;
  /** The end of the period that may be seen; null: now. */
  readonly until: string | null;
  /** @param isSettled false while a slider moves. */
  readonly onPoint: (point: Point, isSettled: boolean) => void;
  readonly onCompare: (side: 'from' | 'to', point: Point & { readonly asOf: string }) => void;
}

export class TimesPanel {
  readonly #parts: TimesPanelParts;
  #point: Point = { asOf: null, validAt: null };
  #shown: ShownPoint | null = null;
  #recorded: readonly RecordedTick[] = recordedTicks([]);
  #valid: readonly ValidTick[] = validTicks([]);
  #isPartial = false;
  #scrubbers: { readonly recorded: Scrubber; readonly valid: Scrubber } | null = null;
  #readout: HTMLElement | null = null;

  constructor(parts: TimesPanelParts) {
    this.#parts = parts;
  }

  /** Made anew, in the language of now. */
  render(): HTMLElement {
    const { say, zone } = this.#parts.context();
    const recorded = new Scrubber({
      id: 'recorded',
      texts: {
        label: say('times.recorded'),
        exact: say('times.exactRecorded'),
        go: say('times.go'),
      },
      onMove: (position) => {
        this.#moveRecorded(position);
      },
      onExact: (exact) => {
        this.#ask({ ...this.#point, asOf: exact === '' ? null : exact }, true);
      },
    });
    const valid = new Scrubber({
      id: 'valid',
      texts: { label: say('times.valid'), exact: say('times.exactValid'), go: say('times.go') },
      onMove: (position) => {
        this.#moveValid(position);
      },
      onExact: (exact) => {
        this.#ask({ ...this.#point, validAt: exact === '' ? null : exact }, true);
      },
    });
    this.#scrubbers = { recorded, valid };
    this.#readout = element('div', { id: 'readout' });
    const panel = element(
      'section',
      { id: 'times', 'aria-labelledby': 'times-title' },
      element('h2', { id: 'times-title' }, say('times.title')),
      element(
        'p',
        { class: 'quiet explain' },
        say('times.explain'),
        ...(zone === null ? [] : [' ', say('times.dates', { zone })]),
      ),
      element('div', { class: 'scrubbers' }, recorded.element, valid.element),
      this.#readout,
    );
    this.#showStops();
    this.#showPoint();
    return panel;
  }

  /** @param isAll false while older entries are not loaded. */
  setTimeline(items: readonly (Entry | Mention)[], isAll: boolean): void {
    this.#recorded = recordedTicks(items);
    this.#valid = validTicks(items);
    this.#isPartial = !isAll;
    this.#showStops();
    this.#showPoint();
  }

  setShown(shown: ShownPoint): void {
    this.#shown = shown;
    this.#point = shown.asked;
    this.#showPoint();
  }

  #moveRecorded(position: number): void {
    const tick = this.#recorded[position];
    if (tick === undefined) return;
    this.#scrubbers?.recorded.say(this.#recordedWords(tick));
    const asOf = tick.kind === 'newest' ? null : String(tick.size);
    this.#ask({ ...this.#point, asOf }, false);
  }

  #moveValid(position: number): void {
    const tick = this.#valid[position];
    if (tick === undefined) return;
    this.#scrubbers?.valid.say(this.#validWords(tick));
    this.#ask({ ...this.#point, validAt: tick.kind === 'any' ? null : tick.instant }, false);
  }

  #ask(point: Point, isSettled: boolean): void {
    this.#point = point;
    this.#parts.onPoint(point, isSettled);
  }

  #showStops(): void {
    const ends = (first: string | undefined, last: string | undefined): [string, string] => [
      first ?? '',
      last ?? '',
    ];
    const recorded = this.#recorded.map((tick) => this.#recordedWords(tick));
    const valid = this.#valid.map((tick) => this.#validWords(tick));
    this.#scrubbers?.recorded.setStops(recorded.length, ends(recorded[0], recorded.at(-1)));
    this.#scrubbers?.valid.setStops(valid.length, ends(valid[0], valid.at(-1)));
  }

  #showPoint(): void {
    const { asOf, validAt } = this.#point;
    const shown = this.#shown;
    const size =
      asOf === null ? null : /^\d+$/.test(asOf) ? Number(asOf) : (shown?.asOf.size ?? null);
    const recordedAt = recordedPosition(this.#recorded, size);
    // A date is an instant only once the node has said which.
    const isAnswered = shown?.asked.validAt === validAt;
    const instant = isAnswered ? shown.validAt : validAt;
    const validAtPosition = validPosition(this.#valid, instant);
    const [recorded, valid] = [this.#recorded[recordedAt], this.#valid[validAtPosition]];
    if (recorded !== undefined)
      this.#scrubbers?.recorded.show(recordedAt, this.#recordedWords(recorded), asOf ?? '');
    if (valid !== undefined)
      this.#scrubbers?.valid.show(validAtPosition, this.#validWords(valid), validAt ?? '');
    this.#showReadout();
  }

  #showReadout(): void {
    const shown = this.#shown;
    if (shown === null || this.#readout === null) return;
    const context = this.#parts.context();
    const { say } = context;
    const { asOf, validAt } = shown;
    const exact = { asOf: String(asOf.size), validAt };
    this.#readout.replaceChildren(
      rowsView([
        [say('times.size'), String(asOf.size)],
        [say('times.root'), hashView(asOf.rootHash)],
        ...(asOf.instant === null
          ? []
          : [[say('times.instant'), momentView(asOf.instant, context)] as const]),
        ...(validAt === null
          ? []
          : [[say('times.validAt'), momentView(validAt, context)] as const]),
      ]),
      ...(this.#isPartial ? [element('p', { class: 'quiet' }, say('times.partial'))] : []),
      element(
        'p',
        { class: 'actions' },
        button(say('times.takeFrom'), () => {
          this.#parts.onCompare('from', exact);
        }),
        button(say('times.takeTo'), () => {
          this.#parts.onCompare('to', exact);
        }),
      ),
    );
  }

  #recordedWords(tick: RecordedTick): string {
    const context = this.#parts.context();
    const { say } = context;
    switch (tick.kind) {
      case 'before':
        return say('times.before');
      case 'newest':
        return this.#parts.until === null
          ? say('times.newest')
          : say('times.until', { until: moment(this.#parts.until, context).utc });
      case 'entry':
        return `${moment(tick.instant, context).utc}, ${say('times.entry', { index: tick.size - 1 })}`;
    }
  }

  #validWords(tick: ValidTick): string {
    const context = this.#parts.context();
    switch (tick.kind) {
      case 'before':
        return context.say('times.validBefore');
      case 'any':
        return context.say('times.validAny');
      case 'boundary':
        return moment(tick.instant, context).utc;
    }
  }
}
