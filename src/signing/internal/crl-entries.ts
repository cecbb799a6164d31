/** Looks for one certificate in a CRL (RFC 5280 §5.3, §6.3.3 (i) and (j)). */
import type { UnixMillis } from '../../base/brand.js';
import { equalBytes } from '../../base/bytes.js';
import type { CertificateList } from '../certificate-list.js';
import type { Certificate } from '../certificate.js';
import { DerFields } from '../der-fields.js';
import type { DerNode } from '../der-reader.js';
import { TAG } from '../der-tag.js';
import { readBoolean, readEnumerated, readIntegerBytes, readTime } from '../der-values.js';
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
  let found: CrlEntry | null = null;
  let issuers: readonly string[] = [list.issuer.comparable];
  for (const node of list.entries.children) {
    const fields = DerFields.of(node);
    const isSerial = equalBytes(readIntegerBytes(fields.next()), certificate.serialNumber);
    const revokedAt = fields.next();
    const extensions = fields.optional(TAG.sequence);
    fields.end();
    const isCritical = extensions !== undefined && hasCritical(extensions);
    if (isCritical) issuers = issuersNamedIn(extensions, list) ?? issuers;
    if (isSerial && found === null && issuers.includes(certificate.issuer.comparable))
      found = { at: readTime(revokedAt), reason: readReason(extensions) };
  }
  return found;
}

/** Reads no OID: most entries have a reason, which is not critical. */
function hasCritical(extensions: DerNode): boolean {
  return extensions.children.some((extension) => {
    const [, critical] = extension.children;
    return critical?.tag === TAG.boolean && readBoolean(critical);
  });
}

/** Of an indirect CRL: whose certificates this entry and those behind it are (§5.3.3); null if not said. */
function issuersNamedIn(extensions: DerNode, { scope }: CertificateList): readonly string[] | null {
  const all = readExtensionList(extensions);
  const understood = scope?.isIndirect === true ? UNDERSTOOD_IF_INDIRECT : UNDERSTOOD;
  if (unknownCritical(all, understood).length > 0)
    throw new SigningError(
      'CRL_MALFORMED',
      'CRL: an entry has a critical extension that is not understood',
    );
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
