/** What is looked at beside the page: the JSON of an entry, the versions of a thing. */
import { button, type Child, element } from '../shared/elements.js';
import type { Entry, HistoryAnswer, Mention } from './answers.js';
import type { Context, Surroundings } from './context.js';
import { entryArticle, type EntryActions } from './entry-view.js';
import { Latest } from './latest.js';
import { cut, visibleLines } from './long-text.js';
import type { NodeApi } from './node-api.js';
import { loadedView } from './view-parts.js';

const MAX_CHARACTERS = 500_000;

/** Opens it, over the page; the browser gives the focus back when it is closed. */
export function openDialog(
  title: string,
  { say }: Context,
  onClose: () => void,
  ...children: Child[]
): void {
  const dialog = element(
    'dialog',
    { 'aria-label': title },
    element(
      'div',
      { class: 'bar' },
      element('h2', {}, title),
      button(say('page.close'), () => {
        dialog.close();
      }),
    ),
    ...children,
  );
  dialog.addEventListener('close', () => {
    onClose();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
}

export function closeDialogs(): void {
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
}

export function openJson(item: Entry | Mention, context: Context): void {
  const { say } = context;
  const { text, of } = cut(JSON.stringify(item.raw, null, 2), MAX_CHARACTERS);
  openDialog(
    say('json.title', { index: item.index }),
    context,
    () => undefined,
    ...(of > MAX_CHARACTERS
      ? [element('p', { class: 'quiet' }, say('json.cut', { shown: MAX_CHARACTERS, of }))]
      : []),
    element('pre', { class: 'json', tabindex: '0' }, visibleLines(text)),
  );
}

export interface HistoryParts extends Surroundings {
  readonly api: NodeApi;
  readonly ledger: string;
  readonly actions: EntryActions;
}

export function openHistory(entry: Entry, parts: HistoryParts): void {
  const { api, ledger, context, problemOf } = parts;
  const actions = { ...parts.actions, history: null };
  const now = context();
  const latest = new Latest();
  const body = element('div', { id: 'history' });
  const show = (history: HistoryAnswer): void => {
    body.replaceChildren(
      ...history.items.map((version) => entryArticle(version, now, actions)),
      ...(history.cursor === null
        ? []
        : [
            button(now.say('page.more'), () => {
              ask(history);
            }),
          ]),
    );
  };
  const ask = (before: HistoryAnswer | null): void => {
    latest.ask((signal) => api.history(ledger, entry.id, before?.cursor ?? null, signal), {
      answered: (page) => {
        show({ ...page, items: [...(before?.items ?? []), ...page.items] });
      },
      failed: (error) => {
        const problem = problemOf(error);
        body.replaceChildren(...loadedView({ kind: 'failed', problem }, now.say, () => []));
      },
    });
  };
  openDialog(
    now.say('history.title'),
    now,
    () => {
      latest.stop();
    },
    body,
  );
  ask(null);
}
