/**
 * The proof that an answer is all, fetched when it is asked for. The page verifies none of it and says so:
 * it comes from the node that would be judged.
 */
import { button, element } from '../shared/elements.js';
import type { Completeness } from './answers.js';
import type { Surroundings } from './context.js';
import { Latest } from './latest.js';
import { missingFrom } from './listed.js';
import { IDLE, type Loaded, loading, ready } from './loaded.js';
import { visibleLines } from './long-text.js';
import type { NodeApi } from './node-api.js';
import type { Point, Subject } from './question.js';
import { hashView, loadedView, rowsView } from './view-parts.js';

export interface ProofPanelParts extends Surroundings {
  readonly api: NodeApi;
  readonly subject: Subject;
  /** That is shown now. */
  readonly point: () => Point;
  /** Of the entries that the timeline lists. */
  readonly listed: () => readonly { readonly index: number; readonly id: string }[];
}

export class ProofPanel {
  readonly #parts: ProofPanelParts;
  readonly #latest = new Latest();
  #proof: Loaded<Completeness> = IDLE;
  #body: HTMLElement | null = null;

  constructor(parts: ProofPanelParts) {
    this.#parts = parts;
  }

  render(): HTMLElement {
    const { say } = this.#parts.context();
    this.#body = element('div', { id: 'proof-body' });
    const panel = element(
      'section',
      { id: 'proof', 'aria-labelledby': 'proof-title' },
      element('h2', { id: 'proof-title' }, say('proof.title')),
      element('p', { class: 'quiet explain' }, say('proof.explain')),
      button(say('proof.ask'), () => {
        this.#ask();
      }),
      this.#body,
    );
    this.show();
    return panel;
  }

  /** Of another point nothing has been said. */
  forget(): void {
    this.#latest.stop();
    this.#change(IDLE);
  }

  stop(): void {
    this.#latest.stop();
  }

  show(): void {
    const { say } = this.#parts.context();
    this.#body?.replaceChildren(...loadedView(this.#proof, say, (proof) => this.#proofView(proof)));
  }

  #ask(): void {
    const { api, subject, point, problemOf } = this.#parts;
    this.#change(loading(IDLE));
    this.#latest.ask((signal) => api.completeness(subject, point(), signal), {
      answered: (proof) => {
        this.#change(ready(proof));
      },
      failed: (error) => {
        this.#change({ kind: 'failed', problem: problemOf(error) });
      },
    });
  }

  #change(proof: Loaded<Completeness>): void {
    this.#proof = proof;
    this.show();
  }

  #proofView({ items, size, listRoot, checkpoint }: Completeness): Node[] {
    const { context, listed } = this.#parts;
    const { say } = context();
    const missing = missingFrom(items, listed());
    return [
      element(
        'p',
        { role: 'status' },
        listRoot === null
          ? say('proof.absent', { size })
          : say('proof.claim', { count: items.length, size }),
        ' ',
        missing === 0 ? say('proof.allListed') : say('proof.missing', { missing }),
      ),
      element('p', { class: 'notice' }, say('proof.unverified')),
      rowsView([
        ...(listRoot === null ? [] : [[say('proof.listRoot'), hashView(listRoot)] as const]),
        [say('proof.checkpoint'), element('pre', {}, visibleLines(checkpoint.trimEnd()))],
      ]),
    ];
  }
}
