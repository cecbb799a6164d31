/** The signatures under an entry, beside the page: whose they are, how far each has come, and what holds it up. */
import { visible } from '../../src/base/visible-text.js';
import { button, element } from '../shared/elements.js';
import type { Entry, Page, SignatureItem } from './answers.js';
import type { Context, Surroundings } from './context.js';
import { openDialog } from './dialogs.js';
import { Latest } from './latest.js';
import type { NodeApi } from './node-api.js';
import { signatureRows } from './signature-rows.js';
import { loadedView, momentView, rowsView } from './view-parts.js';

export interface SignaturesParts extends Surroundings {
  readonly api: NodeApi;
  readonly ledger: string;
}

export function openSignatures({ id, index }: Entry, parts: SignaturesParts): void {
  const { api, ledger, context, problemOf } = parts;
  const now = context();
  const { say } = now;
  const latest = new Latest();
  const body = element(
    'div',
    { id: 'signatures' },
    element('p', { class: 'quiet' }, say('page.loading')),
  );
  const show = (page: Page<SignatureItem>): void => {
    body.replaceChildren(
      ...(page.items.length === 0 ? [element('p', {}, say('signatures.none'))] : []),
      ...page.items.map((signature) => signatureView(signature, now)),
      ...(page.cursor === null
        ? []
        : [
            button(say('page.more'), () => {
              ask(page);
            }),
          ]),
    );
  };
  const ask = (before: Page<SignatureItem> | null): void => {
    latest.ask((signal) => api.signatures(ledger, id, before?.cursor ?? null, signal), {
      answered: (page) => {
        show({ ...page, items: [...(before?.items ?? []), ...page.items] });
      },
      failed: (error) => {
        const problem = problemOf(error);
        body.replaceChildren(...loadedView({ kind: 'failed', problem }, say, () => []));
      },
    });
  };
  openDialog(
    say('signatures.title', { index }),
    now,
    () => {
      latest.stop();
    },
    element('p', { class: 'quiet' }, say('signatures.explain')),
    body,
  );
  ask(null);
}

function signatureView(signature: SignatureItem, context: Context): HTMLElement {
  const { say } = context;
  const { number, depth } = signature;
  const words = (instant: string): string => momentView(instant, context).textContent;
  return element(
    'article',
    { class: 'entry' },
    element(
      'h3',
      {},
      say(depth === 1 ? 'signatures.number' : 'signatures.counter', { number: number + 1 }),
    ),
    rowsView(
      signatureRows(signature, say, words).map(
        ([label, value]) => [label, visible(value)] as const,
      ),
    ),
  );
}
