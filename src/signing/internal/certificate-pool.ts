/** Certificates to look for issuers among, by their subject; each of them once. */
import { toHex } from '../../base/bytes.js';
import type { Certificate } from '../certificate.js';
import type { DistinguishedName } from '../distinguished-name.js';

export class CertificatePool {
  readonly #bySubject = new Map<string, Certificate[]>();

  constructor(...offered: readonly (readonly Certificate[])[]) {
    const seen = new Set<string>();
    for (const certificate of offered.flat()) {
      const id = toHex(certificate.sha256);
      if (seen.has(id)) continue;
      seen.add(id);
      const { comparable } = certificate.subject;
      const same = this.#bySubject.get(comparable);
      if (same === undefined) this.#bySubject.set(comparable, [certificate]);
      else same.push(certificate);
    }
  }

  all(): readonly Certificate[] {
    return [...this.#bySubject.values()].flat();
  }

  /** In the order in which they were offered. */
  of(subject: DistinguishedName): readonly Certificate[] {
    return this.#bySubject.get(subject.comparable) ?? [];
  }
}
