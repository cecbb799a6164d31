/** Small things that are shown in many places. */
import { visible } from '../../src/base/visible-text.js';
import { type Child, element } from '../shared/elements.js';
import type { Mark } from './answers.js';
import type { Context } from './context.js';
import { moment } from './instants.js';
import type { Loaded } from './loaded.js';
import { type Problem, problemLine } from './problem.js';
import { isMessageCode, type Say } from './say.js';

/** An instant in UTC, and what clocks showed where the tenant is. */
export function momentView(instant: string, context: Context): HTMLElement {
  const { utc, local } = moment(instant, context);
  return element(
    'span',
    { class: 'moment' },
    element('time', { datetime: visible(instant) }, visible(utc)),
    ...(local === null ? [] : [' ', element('span', { class: 'local' }, `(${local})`)]),
  );
}

export type Row = readonly [label: string, value: Child];

export function rowsView(rows: readonly Row[]): HTMLElement {
  return element(
    'dl',
    {},
    ...rows.flatMap(([label, value]) => [element('dt', {}, label), element('dd', {}, value)]),
  );
}

export function hashView(hash: string): HTMLElement {
  return element('code', { class: 'hash' }, visible(hash));
}

/** One line: the code, what to do, what the node says. */
export function problemView(problem: Problem, say: Say): HTMLElement {
  const { code, advice, detail, more } = problemLine(problem, say);
  return element(
    'p',
    { class: 'problem', role: 'alert' },
    element('strong', {}, visible(code)),
    ...(advice === null ? [] : [' ', advice]),
    ...(detail === null ? [] : [' ', element('span', { lang: 'en' }, visible(detail))]),
    ...(more === '' ? [] : [' ', element('span', { class: 'quiet' }, more)]),
  );
}

/** What is there, what is coming, or why nothing is. */
export function loadedView<T>(
  loaded: Loaded<T>,
  say: Say,
  view: (value: T) => readonly Node[],
): Node[] {
  switch (loaded.kind) {
    case 'idle':
      return [];
    case 'loading':
      return loaded.before === null
        ? [element('p', { class: 'quiet' }, say('page.loading'))]
        : [element('div', { 'aria-busy': 'true' }, ...view(loaded.before))];
    case 'failed':
      return [problemView(loaded.problem, say)];
    case 'ready':
      return [...view(loaded.value)];
  }
}

/** How far an entry has come, in words and with a sign that needs no colour. */
export function marksView(marks: readonly Mark[], { say, chain }: Context): HTMLElement {
  return element(
    'ul',
    { class: 'marks', 'aria-label': say('mark.title') },
    ...marks.map(({ name, isReached }) => {
      const code = `mark.${name}`;
      const word = isMessageCode(code) ? say(code) : visible(name);
      const isDevelopment = isReached && name === 'anchored' && chain?.isDevelopment === true;
      return element(
        'li',
        { 'data-state': isDevelopment ? 'development' : isReached ? 'reached' : 'waiting' },
        element('span', { class: 'sign', 'aria-hidden': 'true' }, isReached ? '✓' : '○'),
        ' ',
        isReached ? word : say('mark.waiting', { mark: word }),
        ...(isDevelopment ? [` (${say('mark.development')})`] : []),
      );
    }),
  );
}
