/**
 * Of all certificates at hand, those that can lie above one: a signature that has been renewed for
 * decades brings the chains of many authorities, and a search through all of them would be dear.
 */
import { toHex } from '../../base/bytes.js';
import { PATH_LIMITS } from '../certificate-path.js';
import type { Certificate } from '../certificate.js';
import type { ValidationContext } from './validation-context.js';

/** By names alone, nearest first, and no more than a search takes. */
export function certificatesFor(
  { certificates }: Pick<ValidationContext, 'certificates'>,
  target: Certificate,
): readonly Certificate[] {
  const found = new Set<Certificate>();
  let wanted = new Set([toHex(target.issuer.der)]);
  while (wanted.size > 0 && found.size < PATH_LIMITS.maxCertificates) {
    const next = new Set<string>();
    for (const each of certificates) {
      if (each === target || found.has(each) || !wanted.has(toHex(each.subject.der))) continue;
      if (found.size === PATH_LIMITS.maxCertificates) break;
      found.add(each);
      next.add(toHex(each.issuer.der));
    }
    wanted = next;
  }
  return [...found];
}
