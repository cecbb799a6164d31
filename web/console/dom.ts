/**
 * Elements out of tags, attributes and texts. What comes from the node gets into the page as the text of a
 * text node or not at all; nothing here reads markup, and the page's policy forbids it besides.
 */
export type Child = Node | string;

/** Attributes that cannot carry a script or an address. */
type Attributes = Readonly<
  Partial<
    Record<
      | 'class'
      | 'id'
      | 'for'
      | 'type'
      | 'lang'
      | 'dir'
      | 'role'
      | 'scope'
      | 'min'
      | 'max'
      | 'step'
      | 'value'
      | 'list'
      | 'label'
      | 'autocomplete'
      | 'autocapitalize'
      | 'spellcheck'
      | 'maxlength'
      | 'required'
      | 'disabled'
      | 'selected'
      | 'tabindex'
      | 'datetime'
      | 'aria-hidden'
      | 'aria-live'
      | 'aria-busy'
      | 'aria-label'
      | 'aria-labelledby'
      | 'aria-describedby'
      | 'aria-pressed'
      | 'aria-valuetext'
      | 'data-state'
      | 'data-index',
      string
    >
  >
>;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(
  label: string,
  onClick: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', onClick);
  return made;
}

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
