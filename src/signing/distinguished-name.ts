/**
 * Distinguished names (RFC 5280 §4.1.2.4). Where a signature depends on which bytes were meant, names are
 * compared by their DER; where authorities are matched with what they issued, by `sameName`. The text is
 * for people only, after RFC 4514, and safe to print: whatever a stranger could use to disguise a name
 * (control, invisible and direction-changing characters) is shown as escapes.
 */
import { asBuffer, toHex, utf8, utf8ToString } from '../base/bytes.js';
import { BaseError } from '../base/errors.js';
import { DerFields } from './der-fields.js';
import { derBytes, derContent, type DerNode } from './der-reader.js';
import { TAG } from './der-tag.js';
import { readOid, readSequence, readSetOf } from './der-values.js';
import { derOid, derPrintableString, derSequence, derSetOf, derUtf8String } from './der-writer.js';
import { SigningError } from './signing-error.js';

export interface DistinguishedName {
  /** The Name as it was encoded. */
  readonly der: Uint8Array;
  /** The name as RFC 5280 §7.1 compares it: equal texts are the same name. Not for people. */
  readonly comparable: string;
  readonly attributes: readonly NameAttribute[];
}

export interface NameAttribute {
  readonly oid: string;
  /** Raw text if the value is a string we read, else null. Not safe to print: see `displayName`. */
  readonly value: string | null;
  readonly encoding: Uint8Array;
}

/** RFC 4519 short names, and the ones that EN 319 412-2 and -3 add. */
export const NAME_ATTRIBUTES = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  title: '2.5.4.12',
  givenName: '2.5.4.42',
  pseudonym: '2.5.4.65',
  organizationIdentifier: '2.5.4.97',
  DC: '0.9.2342.19200300.100.1.25',
  UID: '0.9.2342.19200300.100.1.1',
  emailAddress: '1.2.840.113549.1.9.1',
} as const;
export type NameAttributeType = keyof typeof NAME_ATTRIBUTES;

/** @throws SigningError DER_MALFORMED or DER_LIMIT. */
export function readName(node: DerNode): DistinguishedName {
  const attributes: NameAttribute[] = [];
  const parts: string[] = [];
  for (const relativeName of readSequence(node)) {
    const members = readRelativeName(readSetOf(relativeName));
    attributes.push(...members);
    if (attributes.length > MAX_ATTRIBUTES)
      throw new SigningError('DER_LIMIT', `a name has more than ${MAX_ATTRIBUTES} attributes`);
    parts.push(comparablePart(members));
  }
  return { der: derBytes(node), attributes, comparable: parts.join('') };
}

/** Whether two encodings mean the same name (RFC 5280 §7.1): case, spaces and string types apart. */
export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.comparable === b.comparable;
}

/** Whether `name` is `base` or stands below it (RFC 5280 §7.1). The empty name has all below it. */
export function isWithin(name: DistinguishedName, base: DistinguishedName): boolean {
  return name.comparable.startsWith(base.comparable);
}

/** The name of `base` with one relative name, a SET without its tag, below it (RFC 5280 §4.2.1.13). */
export function nameBelow(base: DistinguishedName, relativeName: readonly DerNode[]): string {
  return base.comparable + comparablePart(readRelativeName(relativeName));
}

/** One attribute per part, in the order given: the most general first, as X.500 writes them. */
export function derName(attributes: readonly (readonly [NameAttributeType, string])[]): Uint8Array {
  return derSequence(
    ...attributes.map(([type, value]) => {
      const isPrintable = type === 'C' || type === 'serialNumber';
      const text = isPrintable ? derPrintableString(value) : derUtf8String(value);
      return derSetOf([derSequence(derOid(NAME_ATTRIBUTES[type]), text)]);
    }),
  );
}

/** The first attribute of this type as raw text, or null. Compare it; do not print it. */
export function nameAttribute(name: DistinguishedName, type: NameAttributeType): string | null {
  const oid = NAME_ATTRIBUTES[type];
  return name.attributes.find((attribute) => attribute.oid === oid)?.value ?? null;
}

/** RFC 4514 text, the most specific attribute first, cut at 512 characters. Never compared. */
export function displayName(name: DistinguishedName): string {
  return cut([...name.attributes].reverse().map(displayAttribute).join(','));
}

/** One value in the same spelling, cut likewise. */
export function displayText(value: string): string {
  return cut(printable(value));
}

const MAX_ATTRIBUTES = 64;
const MAX_DISPLAY = 512;

function readRelativeName(members: readonly DerNode[]): readonly NameAttribute[] {
  if (members.length === 0) throw new SigningError('DER_MALFORMED', 'a name has an empty part');
  if (members.length > MAX_ATTRIBUTES)
    throw new SigningError('DER_LIMIT', `a name has more than ${MAX_ATTRIBUTES} attributes`);
  return members.map(readAttribute);
}

/**
 * One part, ended by a line feed, which JSON text has none of: so no name can be mistaken for another,
 * and a name begins with exactly those that it stands below.
 */
function comparablePart(attributes: readonly NameAttribute[]): string {
  return `${attributes.map(comparableAttribute).sort().join('+')}\n`;
}

function comparableAttribute({ oid, value, encoding }: NameAttribute): string {
  const prepared = value === null ? null : prepareText(value);
  return prepared === null ? `${oid}=#${toHex(encoding)}` : `${oid}=${JSON.stringify(prepared)}`;
}

/**
 * String preparation of RFC 4518 with case folding: null for text that it prohibits, which is then equal
 * to nothing but its own bytes.
 */
function prepareText(value: string): string | null {
  if (PLAIN_ASCII.test(value)) return value.toLowerCase().trim().replace(/ +/g, ' ');
  const mapped = value
    .replace(MAPPED_TO_NOTHING, '')
    .replace(MAPPED_TO_SPACE, ' ')
    .normalize('NFKC');
  if (PROHIBITED.test(mapped)) return null;
  // Up and down again is the full folding of Unicode, in which ß is the same as ss.
  return mapped.toUpperCase().toLowerCase().trim().replace(/ +/g, ' ');
}

const PLAIN_ASCII = /^[\x20-\x7e]*$/;
/** RFC 4518 §2.2: invisible characters, and white space of all kinds. */
const MAPPED_TO_NOTHING =
  /(?![\t-\r\x85])[\p{Cc}\p{Cf}\p{Variation_Selector}]|\u034f|\u1806|\ufffc/gu;
const MAPPED_TO_SPACE = /[\t-\r\x85\p{Z}]/gu;
/** RFC 4518 §2.4. */
const PROHIBITED = /[\p{Cn}\p{Co}\p{Cs}\ufffd]/u;

function readAttribute(node: DerNode): NameAttribute {
  const fields = DerFields.of(node);
  const oid = readOid(fields.next());
  const value = fields.next();
  fields.end();
  return { oid, value: readText(value), encoding: derBytes(value) };
}

function readText(node: DerNode): string | null {
  const content = derContent(node);
  switch (node.tag) {
    case TAG.utf8String:
      return readUtf8(content);
    case TAG.printableString:
    case TAG.ia5String:
      return content.every((byte) => byte < 0x80) ? asBuffer(content).toString('latin1') : null;
    case TAG.bmpString:
      return readUcs2(content);
    default:
      // TeletexString and friends have no agreed meaning; RFC 4514 §2.4 shows their bytes.
      return null;
  }
}

function readUtf8(content: Uint8Array): string | null {
  try {
    return utf8ToString(content);
  } catch (cause) {
    if (cause instanceof BaseError) return null;
    throw cause;
  }
}

function readUcs2(content: Uint8Array): string | null {
  if (content.length % 2 !== 0) return null;
  const text = Buffer.from(content).swap16().toString('utf16le');
  return text.isWellFormed() ? text : null;
}

function displayAttribute({ oid, value, encoding }: NameAttribute): string {
  const known = Object.entries(NAME_ATTRIBUTES).find(([, entry]) => entry === oid);
  const type = known?.[0] ?? oid;
  return `${type}=${value === null || known === undefined ? `#${toHex(encoding)}` : printable(value)}`;
}

/** One value as RFC 4514 §2.4 writes it, with hex pairs for what does not print as itself. */
function printable(value: string): string {
  const characters = Array.from(value);
  const last = characters.length - 1;
  return characters
    .map((character, at) => {
      if (UNPRINTABLE.test(character)) return escapeBytes(character);
      const isSpecial =
        '\\",+;<>'.includes(character) ||
        (at === 0 && character === '#') ||
        ((at === 0 || at === last) && character === ' ');
      return isSpecial ? `\\${character}` : character;
    })
    .join('');
}

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

function escapeBytes(character: string): string {
  return [...utf8(character)].map((byte) => `\\${toHex(Uint8Array.of(byte))}`).join('');
}

/** By characters and not by UTF-16 units: half a character would not be text. */
function cut(text: string): string {
  if (text.length <= MAX_DISPLAY) return text;
  return `${Array.from(text).slice(0, MAX_DISPLAY).join('')}…`;
}
