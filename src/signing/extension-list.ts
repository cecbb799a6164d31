/** The Extensions of certificates, CRLs and OCSP responses (RFC 5280 §4.1.2.9): which there are, unread. */
import { DerFields } from './der-fields.js';
import type { DerNode } from './der-reader.js';
import { TAG } from './der-tag.js';
import { readBoolean, readNested, readOid, readSequence } from './der-values.js';
import { SigningError } from './signing-error.js';

export interface RawExtension {
  readonly oid: string;
  readonly isCritical: boolean;
  /** OCTET STRING around the DER of the extension's own type. */
  readonly value: DerNode;
}

/** By OID, in their order. */
export type ExtensionList = ReadonlyMap<string, RawExtension>;

export const NO_EXTENSIONS: ExtensionList = new Map();

/** @param node the SEQUENCE. @throws SigningError DER_MALFORMED. */
export function readExtensionList(node: DerNode): ExtensionList {
  const all = new Map<string, RawExtension>();
  for (const child of readSequence(node)) {
    const extension = readExtension(child);
    // RFC 5280 §4.2: at most one of each; two would mean whatever the reader likes.
    if (all.has(extension.oid)) throw malformed('an extension occurs twice');
    all.set(extension.oid, extension);
  }
  return all;
}

/** The value of an extension as `read` understands it, or null if there is none. @throws what `read` does. */
export function extensionValue<T>(
  extensions: ExtensionList,
  oid: string,
  read: (node: DerNode) => T,
): T | null {
  const extension = extensions.get(oid);
  return extension === undefined ? null : read(readNested(extension.value));
}

/** Those that are critical and not in `understood`: what carries one must not be relied on. */
export function unknownCritical(
  extensions: ExtensionList,
  understood: ReadonlySet<string>,
): readonly string[] {
  return [...extensions.values()]
    .filter(({ oid, isCritical }) => isCritical && !understood.has(oid))
    .map(({ oid }) => oid);
}

function readExtension(node: DerNode): RawExtension {
  const fields = DerFields.of(node);
  const oid = readOid(fields.next());
  const critical = fields.optional(TAG.boolean);
  const value = fields.next();
  fields.end();
  return { oid, isCritical: critical !== undefined && readBoolean(critical), value };
}

function malformed(reason: string): SigningError {
  return new SigningError('DER_MALFORMED', reason);
}
