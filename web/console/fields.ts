/** Fields and forms of the console: their owners read them, they are sent nowhere, and the browser keeps nothing of them. */
import { type Attributes, type Child, element } from '../shared/elements.js';

/** A form whose fields are read by their owner; it is sent nowhere. */
export function form(
  attributes: Attributes,
  onSubmit: () => void,
  ...children: readonly Child[]
): HTMLFormElement {
  const made = element('form', attributes, ...children);
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    onSubmit();
  });
  return made;
}

/** A field with its label above it. */
export function labelled(
  label: string,
  field: HTMLElement,
  ...after: readonly Child[]
): HTMLElement {
  return element(
    'div',
    { class: 'field' },
    element('label', { for: field.id }, label),
    field,
    ...after,
  );
}

/** A text field that is told when it changes; nothing that is typed into it is remembered by the browser. */
export function textField(
  id: string,
  value: string,
  onInput: (value: string) => void,
  attributes: Attributes = {},
): HTMLInputElement {
  const field = element('input', {
    id,
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    ...attributes,
  });
  field.value = value;
  field.addEventListener('input', () => {
    onInput(field.value);
  });
  return field;
}
