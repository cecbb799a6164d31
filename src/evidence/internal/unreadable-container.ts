/** Why an archive is no container: different tools may read it differently, so that it cannot be judged. */
import { EvidenceError } from '../evidence-error.js';

/** @param reason quotes nothing of the archive. */
export function unreadable(reason: string): EvidenceError {
  return new EvidenceError('EVIDENCE_MALFORMED', `not a container of evidence: ${reason}`);
}
