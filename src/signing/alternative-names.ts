/**
 * The names of a certificate's holder in subjectAltName (RFC 5280 §4.2.1.6). Read apart from the other
 * extensions, because no signature on a document rests on them: a certificate whose alternative names are
 * malformed is as readable as before.
 */
import { asBuffer } from '../base/bytes.js';
import type { Certificate } from './certificate.js';
import { DerFields } from './der-fields.js';
import { derContent, type DerNode, readDer } from './der-reader.js';
import { contextPrimitiveTag, contextTag, TAG } from './der-tag.js';
import { readExplicit, readNested, readOid, readSequence } from './der-values.js';
import { OID } from './oids.js';

export type AlternativeNameKind = 'email' | 'dns' | 'uri';

export interface AlternativeName {
  readonly kind: AlternativeNameKind;
  /** As it was written: nothing is folded, and `*` means itself. */
  readonly value: string;
}

/** In their order; names of other kinds are left out. @throws SigningError DER_MALFORMED. */
export function alternativeNames({ toBeSigned }: Certificate): readonly AlternativeName[] {
  const extension = extensionOf(DerFields.of(readDer(toBeSigned)), OID.subjectAltName);
  return extension === null ? [] : readSequence(extension).flatMap(readGeneralName);
}

/** The value of the extension, read; `parseCertificate` has seen that there is at most one. */
function extensionOf(tbs: DerFields, oid: string): DerNode | null {
  tbs.optional(contextTag(0));
  for (let passed = 0; passed < FIELDS_BEFORE_EXTENSIONS; passed++) tbs.next();
  tbs.optional(contextPrimitiveTag(1));
  tbs.optional(contextPrimitiveTag(2));
  const extensions = tbs.optional(contextTag(3));
  if (extensions === undefined) return null;
  for (const node of readSequence(readExplicit(extensions, contextTag(3)))) {
    const fields = DerFields.of(node);
    if (readOid(fields.next()) !== oid) continue;
    fields.optional(TAG.boolean);
    return readNested(fields.next());
  }
  return null;
}

/** serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo. */
const FIELDS_BEFORE_EXTENSIONS = 6;

const KINDS: ReadonlyMap<number, AlternativeNameKind> = new Map([
  [contextPrimitiveTag(1), 'email'],
  [contextPrimitiveTag(2), 'dns'],
  [contextPrimitiveTag(6), 'uri'],
]);

function readGeneralName(node: DerNode): readonly AlternativeName[] {
  const kind = KINDS.get(node.tag);
  const content = derContent(node);
  // IA5String. What is none is a name that nobody can have meant.
  if (kind === undefined || content.some((byte) => byte < 0x20 || byte > 0x7e)) return [];
  return [{ kind, value: asBuffer(content).toString('latin1') }];
}
