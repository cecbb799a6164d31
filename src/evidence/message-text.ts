/** From codes and facts to sentences. */
import { visible } from '../base/visible-text.js';
import type { Facts, Finding } from './internal/outcome.js';
import { type Catalogue, ENGLISH, type MessageCode } from './messages-en.js';

/**
 * One line. Facts may be anyone's text: what could move the cursor, hide or turn text around on a
 * terminal is shown as escapes.
 */
export function messageText(
  code: MessageCode,
  facts: Facts = {},
  catalogue: Catalogue = ENGLISH,
): string {
  return catalogue[code].replace(/\{(\w+)\}/g, (_, name: string) =>
    visible(String(facts[name] ?? '?')),
  );
}

export function findingText({ code, facts }: Finding, catalogue: Catalogue = ENGLISH): string {
  return messageText(code, facts, catalogue);
}
