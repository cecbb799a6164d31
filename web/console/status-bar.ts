/** One line at the foot of the window: what is on its way, what was saved, what the node waits for. */
import { type Child, element } from '../shared/elements.js';

export class StatusBar {
  readonly element = element('div', { id: 'status', role: 'status' });

  show(...children: readonly Child[]): void {
    this.element.replaceChildren(...children);
  }

  clear(): void {
    this.element.replaceChildren();
  }
}
