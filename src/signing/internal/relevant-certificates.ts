/**
 * Of all certificates at hand, those that can lie above one: a signature that has been renewed for
 * decades brings the chains of many authorities, more than one search takes.
 */
import { toHex } from '../../base/bytes.js';
import type { Certificate } from '../certificate.js';
import type { ValidationContext } from './validation-context.js';

/** All of them, if a search takes so many; else those above `target` by their names, nearest first. */
export function certificatesAtHand(
  { certificates, budget }: ValidationContext,
  target: Certificate | undefined,
): readonly Certificate[] {
  const { maxCertificates } = budget.limits;
  if (certificates.length <= maxCertificates || target === undefined)
    return certificates.filter((each) => each !== target).slice(0, maxCertificates);
  return [...above(certificates, target)].slice(0, maxCertificates);
}

/** By names alone: what could be an issuer, whoever signed. */
export function above(
  certificates: readonly Certificate[],
  target: Certificate,
): ReadonlySet<Certificate> {
  const found = new Set<Certificate>();
  let wanted = new Set([toHex(target.issuer.der)]);
  while (wanted.size > 0) {
    const next = new Set<string>();
    for (const each of certificates) {
      if (each === target || found.has(each) || !wanted.has(toHex(each.subject.der))) continue;
      found.add(each);
      next.add(toHex(each.issuer.der));
    }
    wanted = next;
  }
  return found;
}
