/**
 * Elements out of tags, attributes and texts. Whatever comes from a file gets into the page as the text of
 * a text node or not at all; nothing here reads markup, and the page's policy forbids it besides.
 */
type Child = Node | string;

/** Attributes that cannot carry a script or an address. */
type Attributes = Readonly<
  Partial<
    Record<
      | 'class'
      | 'id'
      | 'for'
      | 'type'
      | 'lang'
      | 'role'
      | 'scope'
      | 'multiple'
      | 'tabindex'
      | 'aria-hidden'
      | 'aria-label'
      | 'aria-labelledby'
      | 'aria-describedby'
      | 'aria-pressed'
      | 'data-result',
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

export function button(label: string, onClick: () => void, attributes: Attributes = {}): Node {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', onClick);
  return made;
}
