import type { CheckId } from '../verification-report.js';

/** What all checks of one sort share: there is a `signature:n` for every signature. */
export type CheckKind =
  Exclude<CheckId, Numbered> | 'container-signature' | 'signature' | 'completeness';

type Numbered = `container-signature:${number}` | `signature:${number}` | `completeness:${number}`;

export function checkKind(id: CheckId): CheckKind {
  if (isNumbered(id, 'container-signature')) return 'container-signature';
  if (isNumbered(id, 'signature')) return 'signature';
  return isNumbered(id, 'completeness') ? 'completeness' : id;
}

function isNumbered<K extends string>(id: string, kind: K): id is `${K}:${number}` {
  return id.startsWith(`${kind}:`);
}
