/** GeneralName (RFC 5280 §4.2.1.6): who or where, in the forms that X.509 extensions speak of. */
import { asBuffer } from '../base/bytes.js';
import { derContent, type DerNode } from './der-reader.js';
import { contextPrimitiveTag, contextTag, TAG } from './der-tag.js';
import { readExplicit, readOctetString, readSequence } from './der-values.js';
import { type DistinguishedName, readName } from './distinguished-name.js';
import { SigningError } from './signing-error.js';

export type GeneralName =
  /** Text as it was written; nothing is folded. */
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly value: string }
  | { readonly kind: 'directory'; readonly name: DistinguishedName }
  /** 4 or 16 bytes; twice as many, with the mask, in a name constraint. */
  | { readonly kind: 'ip'; readonly bytes: Uint8Array }
  /** A form that we do not compare; `form` is its number in the CHOICE. */
  | { readonly kind: 'other'; readonly form: number };

/** GeneralNames, or another constructed node under its IMPLICIT tag. @throws SigningError DER_MALFORMED. */
export function readGeneralNames(
  node: DerNode,
  tag: number = TAG.sequence,
): readonly GeneralName[] {
  const names = readSequence(node, tag).map(readGeneralName);
  if (names.length === 0) throw malformed('a list of names is empty');
  return names;
}

/** @throws SigningError DER_MALFORMED. */
export function readGeneralName(node: DerNode): GeneralName {
  switch (node.tag) {
    case contextPrimitiveTag(1):
      return { kind: 'email', value: readAscii(node) };
    case contextPrimitiveTag(2):
      return { kind: 'dns', value: readAscii(node) };
    case contextPrimitiveTag(6):
      return { kind: 'uri', value: readAscii(node) };
    case contextTag(4):
      return { kind: 'directory', name: readName(readExplicit(node, contextTag(4))) };
    case contextPrimitiveTag(7):
      return { kind: 'ip', bytes: readOctetString(node, contextPrimitiveTag(7)) };
    default:
      if (!OTHER_FORMS.has(node.tag)) throw malformed('a name has a form that does not exist');
      return { kind: 'other', form: node.tag & 0x1f };
  }
}

/** otherName, x400Address, ediPartyName, registeredID. */
const OTHER_FORMS: ReadonlySet<number> = new Set([
  contextTag(0),
  contextTag(3),
  contextTag(5),
  contextPrimitiveTag(8),
]);

function readAscii(node: DerNode): string {
  const content = derContent(node);
  if (content.some((byte) => byte > 0x7f)) throw malformed('an IA5String is not ASCII');
  return asBuffer(content).toString('latin1');
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
