/** What differs between two points, thing by thing and field by field. */
import { visible } from '../../src/base/visible-text.js';
import { type Child, element } from '../shared/elements.js';
import type { DiffAnswer, DiffSide, ThingChange } from './answers.js';
import type { Context } from './context.js';
import { payloadRows, valueText } from './payload-rows.js';
import { isMessageCode } from './say.js';
import { momentView } from './view-parts.js';

export function diffView(diff: DiffAnswer, context: Context): Node[] {
  const { say } = context;
  const { from, to, items, unchanged } = diff;
  return [
    element(
      'p',
      {},
      say('diff.between', { from: from.asOf.size, to: to.asOf.size }),
      ...sideTimes(from, context),
      ...sideTimes(to, context),
    ),
    element(
      'p',
      { role: 'status' },
      items.length === 0
        ? say('diff.same')
        : say('diff.counts', { changed: items.length, unchanged }),
    ),
    ...items.map((change) => changeView(change, context)),
  ];
}

function sideTimes({ validAt }: DiffSide, context: Context): Child[] {
  if (validAt === null) return [];
  return [` ${context.say('times.validAt')}: `, momentView(validAt, context), '.'];
}

function changeView(thing: ThingChange, context: Context): HTMLElement {
  const { say } = context;
  const { change, type, key } = thing;
  const rows = rowsOf(thing);
  return element(
    'article',
    { class: 'entry change', 'data-state': changeState(change) },
    element(
      'h3',
      {},
      element('span', { class: 'badge' }, changeWord(change, context)),
      ' ',
      visible([type, ...(key === null ? [] : [key])].join(' · ')),
    ),
    rows.length === 0
      ? element('p', { class: 'quiet' }, say('diff.otherVersion'))
      : element(
          'table',
          { class: 'diff' },
          element(
            'thead',
            {},
            element(
              'tr',
              {},
              ...(['diff.change', 'entry.field', 'diff.before', 'diff.after'] as const).map(
                (heading) => element('th', { scope: 'col' }, say(heading)),
              ),
            ),
          ),
          element(
            'tbody',
            {},
            ...rows.map((row) =>
              element(
                'tr',
                { 'data-state': changeState(row.change) },
                element('td', {}, changeWord(row.change, context)),
                element('th', { scope: 'row' }, row.pointer),
                element('td', { class: 'before', dir: 'auto' }, row.before),
                element('td', { class: 'after', dir: 'auto' }, row.after),
              ),
            ),
          ),
        ),
  );
}

interface ChangedRow {
  readonly change: string;
  readonly pointer: string;
  readonly before: string;
  readonly after: string;
}

/** Of a thing that came or went: all of it. */
function rowsOf({ change, before, after, fields }: ThingChange): ChangedRow[] {
  if (before !== null && after !== null)
    return fields.map((field) => ({
      change: field.change,
      pointer: visible(field.pointer),
      before: valueText(field.before),
      after: valueText(field.after),
    }));
  const { rows } = payloadRows((after ?? before)?.payload);
  return rows.map(({ pointer, value }) => ({
    change,
    pointer,
    before: before === null ? '–' : value,
    after: after === null ? '–' : value,
  }));
}

function changeWord(change: string, { say }: Context): string {
  const code = `diff.${change}`;
  return isMessageCode(code) ? say(code) : visible(change);
}

function changeState(change: string): string {
  return change === 'added' || change === 'removed' ? change : 'changed';
}
