/**
 * Elements out of tags, attributes and texts. What comes from a node or a file gets into a page as the text
 * of a text node or not at all; nothing here reads markup, and the pages' policies forbid it besides.
 */
export type Child = Node | string;

/** Attributes that cannot carry a script or an address. */
export type Attributes = Readonly<
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
      | 'multiple'
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
      | 'data-result'
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
