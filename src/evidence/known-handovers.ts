/** Which of a verifier's own handovers count for a log (docs/formats/trust.md). */
import { formatVerifierKey } from '../tlog/note-key.js';
import type { SignedHandover } from './handover-request.js';
import type { Trust } from './trust.js';

/** Those that a recovery key signed which is pinned for the origin. */
export function knownHandovers(
  { handovers, recoveryKeys }: Pick<Trust, 'handovers' | 'recoveryKeys'>,
  origin: string,
): readonly SignedHandover[] {
  return handovers.filter(
    (known) =>
      known.origin === origin &&
      recoveryKeys.some(
        (key) => origin.startsWith(`${key.name}/`) && formatVerifierKey(key) === known.signature.by,
      ),
  );
}
