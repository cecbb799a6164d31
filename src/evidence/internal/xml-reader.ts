/**
 * Reads the little of XML that a manifest of signed files needs (XML 1.0, Namespaces 1.0): elements,
 * attributes, namespaces, text. What could make two readers disagree, or a short text a long one, is refused
 * before anything is built: document types and their entities, character references, CDATA, comments,
 * processing instructions (docs/formats/asic.md). So there is nothing to expand, and the work is linear.
 */

export interface XmlElement {
  /** Empty if it is in none. */
  readonly namespace: string;
  /** Without prefix. */
  readonly name: string;
  /** Those without prefix, by name; attributes with one, and declarations of namespaces, are left out. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All of its own, joined. */
  readonly text: string;
}

export interface XmlLimits {
  readonly maxDepth: number;
  readonly maxElements: number;
}

/** Null for what is not well-formed, or is more than this reads. */
export function readXml(text: string, limits: XmlLimits): XmlElement | null {
  const body = text.replace(DECLARATION, '');
  if (FORBIDDEN.test(body)) return null;
  const root: Open = open('', new Map(), new Map([['xml', XML_NAMESPACE]]));
  const stack: Open[] = [root];
  let elements = 0;
  const token = new RegExp(TOKEN);
  for (let at = 0; at < body.length; at = token.lastIndex) {
    const parent = stack.at(-1);
    const match = token.exec(body);
    if (match?.index !== at || parent === undefined) return null;
    const [, characters, closed, tag, attributes = '', selfClosing] = match;
    if (characters !== undefined) {
      if (!addText(parent, characters, stack.length === 1)) return null;
    } else if (closed !== undefined) {
      stack.pop();
      if (stack.length === 0 || parent.tag !== closed) return null;
      if (!attach(parent, stack.at(-1))) return null;
    } else if (tag !== undefined) {
      const element = openTag(tag, attributes, parent);
      if (element === null || ++elements > limits.maxElements) return null;
      if (stack.length > limits.maxDepth) return null;
      if (selfClosing === '/') {
        if (!attach(element, parent)) return null;
      } else stack.push(element);
    }
  }
  return stack.length === 1 && root.children.length === 1 ? (root.children[0] ?? null) : null;
}

interface Open {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** By prefix; the default under the empty one. */
  readonly namespaces: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly text: string[];
}

/** Of one element, declarations of namespaces included. */
const MAX_ATTRIBUTES = 16;
const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const NAME = '[A-Za-z_][A-Za-z0-9._-]*(?::[A-Za-z_][A-Za-z0-9._-]*)?';
const DECLARATION =
  /^\uFEFF?<\?xml[ \t\r\n]+version=(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding=(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:[ \t\r\n]+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;
/** `<!` and `<?`, references but the five, and control characters, most of which XML does not have. */
const FORBIDDEN = /<[!?]|&(?!(?:lt|gt|amp|quot|apos);)|(?![\t\r\n])\p{Cc}|[\ufffe\uffff]|\]\]>/u;
/** Text, an end, or a beginning. No part can be matched in two ways, so that there is nothing to try again. */
const TOKEN = new RegExp(
  `([^<]+)|</(${NAME})[ \\t\\r\\n]*>|<(${NAME})((?:[ \\t\\r\\n]+${NAME}[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"[^"<]*"|'[^'<]*')){0,${MAX_ATTRIBUTES}})[ \\t\\r\\n]*(/?)>`,
  'y',
);
const ATTRIBUTE = new RegExp(`(${NAME})[ \\t\\r\\n]*=[ \\t\\r\\n]*(?:"([^"<]*)"|'([^'<]*)')`, 'g');

function open(
  tag: string,
  attributes: ReadonlyMap<string, string>,
  namespaces: ReadonlyMap<string, string>,
): Open {
  return { tag, attributes, namespaces, children: [], text: [] };
}

/** Null for an attribute that stands twice. */
function openTag(tag: string, written: string, parent: Open): Open | null {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of written.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) return null;
    attributes.set(name, unescape((double ?? single ?? '').replace(/[\t\r\n]/g, ' ')));
  }
  // At most 16 attributes an element: so there are not many to copy.
  const namespaces = new Map(parent.namespaces);
  for (const [name, value] of attributes) {
    if (name === 'xmlns') namespaces.set('', value);
    else if (name.startsWith('xmlns:')) {
      // Namespaces 1.0 §2.3: to bind no name to a prefix, or these two anew, is an error.
      const prefix = name.slice('xmlns:'.length);
      if (value === '' || prefix === 'xml' || prefix === 'xmlns') return null;
      namespaces.set(prefix, value);
    }
  }
  return open(tag, attributes, namespaces);
}

/** Around the one element there is white space only. */
function addText({ text }: Open, characters: string, isOutside: boolean): boolean {
  if (isOutside) return /^[ \t\r\n]*$/.test(characters);
  text.push(unescape(characters));
  return true;
}

function attach({ tag, namespaces, attributes, children, text }: Open, parent?: Open): boolean {
  const [prefix, name] = splitName(tag);
  const namespace = namespaces.get(prefix) ?? (prefix === '' ? '' : undefined);
  if (namespace === undefined || parent === undefined) return false;
  if (!haveNames(attributes, namespaces)) return false;
  const plain = [...attributes].filter(([each]) => each !== 'xmlns' && !each.includes(':'));
  parent.children.push({
    namespace,
    name,
    attributes: new Map(plain),
    children,
    text: text.join(''),
  });
  return true;
}

/**
 * Namespaces 1.0 §4 and §6.3: each prefix stands for something, and no two attributes have the same name in
 * the same namespace. Without prefix an attribute is in none.
 */
function haveNames(
  attributes: ReadonlyMap<string, string>,
  namespaces: ReadonlyMap<string, string>,
): boolean {
  const prefixed = [...attributes.keys()]
    .filter((each) => each.includes(':') && !each.startsWith('xmlns:'))
    .map(splitName);
  const full = prefixed.map(([prefix, name]) => `${name} ${namespaces.get(prefix) ?? ''}`);
  return prefixed.every(([prefix]) => namespaces.has(prefix)) && new Set(full).size === full.length;
}

function splitName(tag: string): [prefix: string, name: string] {
  const colon = tag.indexOf(':');
  return colon === -1 ? ['', tag] : [tag.slice(0, colon), tag.slice(colon + 1)];
}

const PREDEFINED: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

/** What is no such entity has been refused. */
function unescape(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => PREDEFINED[entity] ?? '');
}
