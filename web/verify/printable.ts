import { messageText } from '../../src/evidence/message-text.js';

/** What could hide or turn text around, in the name of a file or a reason, is shown as escapes, as in reports. */
export function printable(text: string): string {
  return messageText('value.text', { text });
}
