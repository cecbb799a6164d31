/**
 * Reads the XML documents that S3 clients send. Strict: whoever sends half a document, a DTD or an entity of
 * their own has made a mistake, or wants to make us make one.
 */
import { SaxesParser } from 'saxes';
import { S3Error } from './s3-error.js';
import type { XmlElement } from './xml-element.js';

/** No document of S3's is deeper than seven. */
const MAX_DEPTH = 16;

interface OpenElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** @param bytes UTF-8, with a byte order mark or without. @throws S3Error MalformedXML. */
export function readXml(bytes: Uint8Array): XmlElement {
  const open: OpenElement[] = [];
  const roots: XmlElement[] = [];
  const parser = new SaxesParser({ xmlns: true, position: true });
  parser.on('error', (cause) => {
    throw malformed(cause);
  });
  parser.on('doctype', () => {
    throw malformed();
  });
  parser.on('opentag', ({ local, attributes }) => {
    if (open.length >= MAX_DEPTH) throw malformed();
    open.push({ name: local, attributes: valuesOf(attributes), children: [], text: '' });
  });
  const addText = (text: string): void => {
    const parent = open.at(-1);
    if (parent !== undefined) parent.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const done = finish(closed);
    const parent = open.at(-1);
    (parent?.children ?? roots).push(done);
  });
  parser.write(decode(bytes)).close();
  const [root] = roots;
  // Saxes has complained of a document without a root.
  if (root === undefined) throw malformed();
  return root;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed(cause);
  }
}

/** By their local names: `xsi:type` is `type`. Declarations of namespaces are left out. */
function valuesOf(
  attributes: Record<string, { readonly prefix: string; local: string; value: string }>,
): Record<string, string> {
  const values = Object.values(attributes).filter(
    ({ prefix, local }) => prefix !== 'xmlns' && local !== 'xmlns',
  );
  return Object.fromEntries(values.map(({ local, value }) => [local, value]));
}

/** Blanks between elements are layout; any other text there is of no document of S3's. */
function finish({ name, attributes, children, text }: OpenElement): XmlElement {
  if (children.length === 0) return { name, attributes, content: text };
  if (/[^\t\n\r ]/.test(text)) throw malformed();
  return { name, attributes, content: children };
}

function malformed(cause?: unknown): S3Error {
  const options = cause === undefined ? {} : { cause };
  return new S3Error(
    'MalformedXML',
    'the body is not the XML document that this operation takes: check it against the API reference',
    options,
  );
}
