/** One entry: what it says, of when, by whom, and how far its proof has come. */
import { visible } from '../../src/base/visible-text.js';
import { button, type Child, element } from '../shared/elements.js';
import type { Entry, Mention } from './answers.js';
import type { Attachment } from './attachments.js';
import type { Context } from './context.js';
import { payloadRows } from './payload-rows.js';
import type { Say } from './say.js';
import { hashView, marksView, momentView, type Row, rowsView } from './view-parts.js';

/** What can be done with an entry. */
export interface EntryActions {
  readonly json: (item: Entry | Mention) => void;
  /** Null where the versions are being looked at. */
  readonly history: ((entry: Entry) => void) | null;
  readonly signatures: (entry: Entry) => void;
  readonly evidence: (entry: Entry) => void;
}

export function entryArticle(entry: Entry, context: Context, actions: EntryActions): HTMLElement {
  const { say } = context;
  const { history } = actions;
  return element(
    'article',
    { class: 'entry', 'data-index': String(entry.index) },
    element('h3', { tabindex: '-1' }, entryTitle(entry, context)),
    marksView(entry.finality, context),
    rowsView(entryRows(entry, context)),
    ...(entry.kind === 'record' ? [contentView(entry, context)] : []),
    element(
      'p',
      { class: 'actions' },
      ...(entry.kind === 'record' && history !== null
        ? [
            button(say('entry.history'), () => {
              history(entry);
            }),
          ]
        : []),
      button(say('entry.signatures'), () => {
        actions.signatures(entry);
      }),
      button(say('entry.json'), () => {
        actions.json(entry);
      }),
      button(say('entry.evidence'), () => {
        actions.evidence(entry);
      }),
    ),
  );
}

/** Type and key of a record; of another entry, what it is. */
export function entryTitle({ type, key, kind, of }: Entry, { say }: Context): string {
  if (kind === 'signature') return say('entry.signature', { of: (of ?? '?').slice(0, 12) });
  return visible([type ?? kind, ...(key === null ? [] : [key])].join(' · '));
}

export function mentionTitle({ type, role }: Mention, { say }: Context): string {
  return `${visible(type)} · ${say(role === 'part' ? 'entry.part' : 'entry.party')}`;
}

/** From when and until when a version is valid. */
export function validity({ validFrom, validTo }: Entry, { say, ...context }: Context): string {
  const words = (instant: string): string => momentView(instant, { say, ...context }).textContent;
  if (validFrom !== null && validTo !== null)
    return say('entry.validSpan', { from: words(validFrom), to: words(validTo) });
  if (validFrom !== null) return say('entry.validSince', { from: words(validFrom) });
  return validTo === null
    ? say('entry.validFromRecorded')
    : say('entry.validFromRecordedTo', { to: words(validTo) });
}

/** What an entry or a mention holds, or that it holds nothing any more. */
export function contentView(
  { isErased, payload }: Pick<Entry, 'isErased' | 'payload'>,
  context: Context,
): HTMLElement {
  if (!isErased) return payloadView(payload, context);
  return element('p', { class: 'erased' }, context.say('entry.erased'));
}

function payloadView(payload: unknown, { say }: Context): HTMLElement {
  const { rows, isCut } = payloadRows(payload);
  return element(
    'div',
    { class: 'payload' },
    element(
      'table',
      {},
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, say('entry.field')),
          element('th', { scope: 'col' }, say('entry.value')),
        ),
      ),
      element(
        'tbody',
        {},
        ...rows.map(({ pointer, value }) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, pointer),
            element('td', { dir: 'auto' }, value),
          ),
        ),
      ),
    ),
    ...(isCut ? [element('p', { class: 'quiet' }, say('entry.cut'))] : []),
  );
}

function entryRows(entry: Entry, context: Context): Row[] {
  const { say } = context;
  const given = (label: string, text: string | null, view: (text: string) => Child): Row[] =>
    text === null ? [] : [[label, view(text)]];
  return [
    ...(entry.kind === 'record' ? [[say('entry.valid'), validity(entry, context)] as const] : []),
    [say('entry.recorded'), momentView(entry.recordedAt, context)],
    ...given(say('entry.author'), entry.author, visible),
    ...given(say('entry.retracts'), entry.retracts, hashView),
    ...given(say('entry.schema'), entry.schema === 'none' ? null : entry.schema, visible),
    ...given(say('entry.retention'), entry.retention, visible),
    ...entry.attachments.map((one): Row => [say('entry.attached'), attachmentView(one, say)]),
    [say('entry.index'), String(entry.index)],
    [say('entry.id'), hashView(entry.id)],
  ];
}

function attachmentView({ name, mediaType, size, sha256 }: Attachment, say: Say): HTMLElement {
  return element(
    'span',
    {},
    ...(name === null ? [] : [element('bdi', {}, visible(name)), ': ']),
    `${say('entry.attachment', { size, mediaType })} `,
    hashView(sha256),
  );
}
