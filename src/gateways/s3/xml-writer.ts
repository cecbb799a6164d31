/** Writes the XML documents of answers. */
import type { XmlElement } from './xml-element.js';

export function writeXml(document: XmlElement): string {
  return `${XML_DECLARATION}${written(document)}`;
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Without the declaration. */
export function written({ name, attributes = {}, content }: XmlElement): string {
  const opened = Object.entries(attributes).reduce(
    (tag, [attribute, value]) => `${tag} ${attribute}="${escaped(value)}"`,
    name,
  );
  if (content.length === 0) return `<${opened}/>`;
  const inner = typeof content === 'string' ? escaped(content) : content.map(written).join('');
  return `<${opened}>${inner}</${name}>`;
}

/**
 * Control characters as references, as S3 writes them: XML 1.0 has no way at all to say most of them, and
 * clients that meet such keys ask for `encoding-type=url`. Carriage returns, tabs and line feeds would
 * otherwise be read as something else.
 */
function escaped(text: string): string {
  return text.replace(SPECIAL, (character) => {
    const named = NAMED[character];
    // Half a surrogate pair is no character; the encoder would make the same of it.
    if (/\p{Cs}/u.test(character)) return '\ufffd';
    return named ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

// eslint-disable-next-line no-control-regex -- these are what it is for
const SPECIAL = /[&<>"\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/gu;
