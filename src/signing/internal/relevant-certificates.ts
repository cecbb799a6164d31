/**
 * Of all certificates at hand, those that can lie above one: a signature that has been renewed for
 * decades brings the chains of many authorities, more than one search takes.
 */
import type { Certificate } from '../certificate.js';
import type { ValidationBudget } from '../validation-budget.js';

/** Of one validation, each once. */
export interface CertificatesAtHand {
  readonly certificates: readonly Certificate[];
  readonly bySubject: CertificatesBySubject;
  readonly budget: ValidationBudget;
}

/** All of them, if a search takes so many; else those above `target` by their names, nearest first. */
export function certificatesAtHand(
  { certificates, bySubject, budget }: CertificatesAtHand,
  target: Certificate | undefined,
): readonly Certificate[] {
  const { maxCertificates } = budget.limits;
  if (certificates.length <= maxCertificates || target === undefined)
    return certificates.filter((each) => each !== target).slice(0, maxCertificates);
  return [...above(bySubject, [target])].slice(0, maxCertificates);
}

export type CertificatesBySubject = ReadonlyMap<string, readonly Certificate[]>;

export function indexBySubject(certificates: Iterable<Certificate>): CertificatesBySubject {
  const index = new Map<string, Certificate[]>();
  for (const certificate of certificates) {
    const { comparable } = certificate.subject;
    const others = index.get(comparable);
    if (others === undefined) index.set(comparable, [certificate]);
    else others.push(certificate);
  }
  return index;
}

/** By names alone: what could be an issuer of these, or of one that could, whoever signed. */
export function above(
  bySubject: CertificatesBySubject,
  targets: readonly Certificate[],
): ReadonlySet<Certificate> {
  const isTarget = new Set(targets);
  const found = new Set<Certificate>();
  const asked = new Set<string>();
  let wanted = targets.map(({ issuer }) => issuer.comparable);
  while (wanted.length > 0) {
    const next: string[] = [];
    for (const name of wanted) {
      if (asked.has(name)) continue;
      asked.add(name);
      for (const issuer of bySubject.get(name) ?? [])
        if (!isTarget.has(issuer) && !found.has(issuer)) {
          found.add(issuer);
          next.push(issuer.issuer.comparable);
        }
    }
    wanted = next;
  }
  return found;
}
