/** Where the key is entered. */
import { element } from '../shared/elements.js';
import { isPossibleKey } from './api-client.js';
import type { Context } from './context.js';
import { form, labelled } from './fields.js';
import type { Problem } from './problem.js';
import { problemView } from './view-parts.js';

export interface SignInParts {
  readonly context: Context;
  readonly problem: Problem | null;
  /** Of a session that ended by itself. */
  readonly notice: string | null;
  readonly isAsking: boolean;
  readonly onKey: (key: string) => void;
}

export function signInView({
  context: { say },
  problem,
  notice,
  isAsking,
  onKey,
}: SignInParts): HTMLElement {
  const field = element('input', {
    id: 'key',
    type: 'password',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': 'key-explain sign-in-problem',
  });
  const trouble = element(
    'div',
    { id: 'sign-in-problem' },
    ...(problem === null ? [] : [problemView(problem, say)]),
    ...(notice === null ? [] : [element('p', { class: 'notice', role: 'status' }, notice)]),
  );
  return element(
    'section',
    { class: 'sign-in', 'aria-labelledby': 'sign-in-title' },
    element('h2', { id: 'sign-in-title' }, say('signIn.title')),
    form(
      {},
      () => {
        const key = field.value.trim();
        if (isPossibleKey(key)) onKey(key);
        else
          trouble.replaceChildren(
            element('p', { class: 'problem', role: 'alert' }, say('signIn.malformed')),
          );
      },
      labelled(say('signIn.key'), field),
      element(
        'button',
        { type: 'submit', id: 'sign-in', ...(isAsking && { disabled: '' }) },
        say('signIn.submit'),
      ),
    ),
    trouble,
    element('p', { class: 'quiet', id: 'key-explain' }, say('signIn.explain')),
    element('p', { class: 'quiet' }, say('signIn.record')),
  );
}
