/** A slider whose steps are changes, and a field for what lies between them. */
import { element } from '../shared/elements.js';
import { form, textField } from './fields.js';

export interface ScrubberTexts {
  readonly label: string;
  readonly exact: string;
  readonly go: string;
}

export interface ScrubberParts {
  readonly id: 'recorded' | 'valid';
  readonly texts: ScrubberTexts;
  readonly onMove: (position: number) => void;
  /** @param exact what was typed; empty for no limit. */
  readonly onExact: (exact: string) => void;
}

/** More marks than that are a grey bar. */
const MAX_MARKS = 60;

export class Scrubber {
  readonly element: HTMLElement;
  readonly #slider: HTMLInputElement;
  readonly #marks: HTMLDataListElement;
  readonly #output: HTMLOutputElement;
  readonly #ends: HTMLElement;
  readonly #exact: HTMLInputElement;

  constructor({ id, texts, onMove, onExact }: ScrubberParts) {
    const marksId = `${id}-marks`;
    this.#slider = element('input', {
      id,
      type: 'range',
      min: '0',
      max: '0',
      step: '1',
      list: marksId,
      'aria-describedby': `${id}-shown`,
    });
    this.#slider.addEventListener('input', () => {
      onMove(this.#slider.valueAsNumber);
    });
    this.#marks = element('datalist', { id: marksId });
    this.#output = element('output', { id: `${id}-shown`, for: id });
    this.#ends = element('p', { class: 'ends', 'aria-hidden': 'true' });
    this.#exact = textField(`${id}-exact`, '', () => undefined, { maxlength: '64' });
    this.element = element(
      'div',
      { class: 'scrubber' },
      element('label', { for: id }, texts.label),
      this.#output,
      this.#slider,
      this.#marks,
      this.#ends,
      form(
        { class: 'exact' },
        () => {
          onExact(this.#exact.value.trim());
        },
        element('label', { for: `${id}-exact` }, texts.exact),
        this.#exact,
        element('button', { type: 'submit' }, texts.go),
      ),
    );
  }

  /** The stops, and what is at the first and the last. */
  setStops(count: number, ends: readonly [string, string]): void {
    this.#slider.max = String(Math.max(0, count - 1));
    this.#slider.disabled = count < 2;
    const marks = count > MAX_MARKS ? [] : Array.from({ length: count }, (_, at) => String(at));
    this.#marks.replaceChildren(...marks.map((value) => element('option', { value })));
    this.#ends.replaceChildren(...(count < 2 ? [] : ends.map((end) => element('span', {}, end))));
  }

  /** @param spoken where on the slider it is, in words. */
  show(position: number, spoken: string, exact: string): void {
    this.#slider.value = String(position);
    this.say(spoken);
    // Not under the hands of who types.
    if (document.activeElement !== this.#exact) this.#exact.value = exact;
  }

  say(spoken: string): void {
    this.#output.value = spoken;
    this.#slider.setAttribute('aria-valuetext', spoken);
  }
}
