/** Looks for one certificate in a CRL (RFC 5280 §5.3, §6.3.3 (i) and (j)). */
import type { UnixMillis } from '../../base/brand.js';
import type { CertificateList } from '../certificate-list.js';
import type { Certificate } from '../certificate.js';
import { DerFields } from '../der-fields.js';
import { type DerNode, eachChild } from '../der-reader.js';
import { TAG } from '../der-tag.js';
import { readEnumerated, readIntegerBytes, readTime } from '../der-values.js';
import { der } from '../der-writer.js';
import {
  extensionValue,
  NO_EXTENSIONS,
  readExtensionList,
  unknownCritical,
} from '../extension-list.js';
import { readGeneralNames } from '../general-names.js';
import { OID } from '../oids.js';
import { reasonName } from '../revocation-reason.js';
import { SigningError } from '../signing-error.js';
import type { ValidationBudget } from '../validation-budget.js';

export interface CrlEntry {
  readonly at: UnixMillis;
  readonly reason: string | null;
}

/**
 * The certificate's entry, or null. All entries are looked at: one critical extension that is not
 * understood anywhere makes the list useless for every certificate (§5.3).
 *
 * @throws SigningError if the list cannot be used: malformed, not understood, or beyond the budget.
 */
export function findEntry(
  list: CertificateList,
  certificate: Certificate,
  budget: ValidationBudget,
): CrlEntry | null {
  if (list.entries === null) return null;
  if (!budget.takeListBytes(list.der.length))
    throw new SigningError('DER_LIMIT', 'too many bytes of CRLs to look through');
  const serial = der(TAG.integer, certificate.serialNumber);
  let found: CrlEntry | null = null;
  let issuers: readonly string[] = [list.issuer.comparable];
  const isIndirect = list.scope?.isIndirect === true;
  for (const node of eachChild(list.entries)) {
    const isSerial = beginsWith(node, serial);
    if (!isSerial && !isIndirect && !mayBeCritical(node)) continue;
    const fields = DerFields.of(node);
    readIntegerBytes(fields.next());
    const revokedAt = fields.next();
    const extensions = fields.optional(TAG.sequence);
    fields.end();
    if (extensions !== undefined) issuers = issuersNamedIn(extensions, isIndirect) ?? issuers;
    if (isSerial && found === null && issuers.includes(certificate.issuer.comparable))
      found = { at: readTime(revokedAt), reason: readReason(extensions) };
  }
  return found;
}

/** Whether these bytes are the first within the node: so a serial number is found without reading it. */
function beginsWith({ source, contentStart, end }: DerNode, bytes: Uint8Array): boolean {
  if (end - contentStart < bytes.length) return false;
  // From behind: serial numbers of one issuer are alike in front.
  for (let at = bytes.length - 1; at >= 0; at--)
    if (source[contentStart + at] !== bytes[at]) return false;
  return true;
}

/** Whether BOOLEAN TRUE is anywhere in it, be it by chance. Most entries have a reason, which has none. */
function mayBeCritical({ source, contentStart, end }: DerNode): boolean {
  for (let at = contentStart; at + 2 < end; at++)
    if (source[at] === TAG.boolean && source[at + 1] === 1 && source[at + 2] === 0xff) return true;
  return false;
}

/** Of an indirect CRL: whose certificates this entry and those behind it are (§5.3.3); null if not said. */
function issuersNamedIn(extensions: DerNode, isIndirect: boolean): readonly string[] | null {
  const all = readExtensionList(extensions);
  const understood = isIndirect ? UNDERSTOOD_IF_INDIRECT : UNDERSTOOD;
  if (unknownCritical(all, understood).length > 0)
    throw new SigningError(
      'CRL_MALFORMED',
      'CRL: an entry has a critical extension that is not understood',
    );
  if (!isIndirect) return null;
  return extensionValue(all, OID.certificateIssuer, (node) =>
    readGeneralNames(node).flatMap((name) =>
      name.kind === 'directory' ? [name.name.comparable] : [],
    ),
  );
}

const UNDERSTOOD: ReadonlySet<string> = new Set([OID.reasonCode, OID.invalidityDate]);
const UNDERSTOOD_IF_INDIRECT: ReadonlySet<string> = new Set([...UNDERSTOOD, OID.certificateIssuer]);

function readReason(extensions: DerNode | undefined): string | null {
  const all = extensions === undefined ? NO_EXTENSIONS : readExtensionList(extensions);
  const reason = extensionValue(all, OID.reasonCode, readEnumerated);
  return reason === null ? null : reasonName(reason);
}
