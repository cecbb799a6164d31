import type { CheckId } from '../verification-report.js';

/** What all checks of one sort share: there is a `signature:n` for every signature. */
export type CheckKind = Exclude<CheckId, `signature:${number}`> | 'signature';

export function checkKind(id: CheckId): CheckKind {
  return isSignature(id) ? 'signature' : id;
}

function isSignature(id: CheckId): id is `signature:${number}` {
  return id.startsWith('signature:');
}
