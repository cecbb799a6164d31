/** An element of an XML document as S3 has them: a name, and either a text or further elements. */
export interface XmlElement {
  /** Without the prefix of its namespace when it was read; as it is written when it is written. */
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string | readonly XmlElement[];
}

/** The namespace of S3's documents. */
export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** @param content any text: what XML cannot say as it stands is escaped when it is written. */
export function element(
  name: string,
  content: string | number | boolean | readonly (XmlElement | null)[] = '',
  attributes?: Readonly<Record<string, string>>,
): XmlElement {
  const inner = isList(content) ? content.filter((one) => one !== null) : String(content);
  return { name, content: inner, ...(attributes !== undefined && { attributes }) };
}

function isList<T>(content: string | number | boolean | readonly T[]): content is readonly T[] {
  return Array.isArray(content);
}

/** The outermost element of an answer. */
export function s3Document(
  name: string,
  content: string | readonly (XmlElement | null)[],
): XmlElement {
  return element(name, content, { xmlns: S3_NAMESPACE });
}

/** The elements of that name directly in this one, in their order. */
export function children({ content }: XmlElement, name: string): readonly XmlElement[] {
  return typeof content === 'string' ? [] : content.filter((one) => one.name === name);
}

/** The only element of that name in this one; null where there is none, or more than one. */
export function child(parent: XmlElement, name: string): XmlElement | null {
  const [found, another] = children(parent, name);
  return another === undefined ? (found ?? null) : null;
}

/** The text of the only element of that name; null also where it holds elements. */
export function childText(parent: XmlElement, name: string): string | null {
  const content = child(parent, name)?.content;
  return typeof content === 'string' ? content : null;
}
