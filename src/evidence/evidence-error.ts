/** Input that cannot be judged at all. What can be judged and does not hold is in the report. */
import { ChirographError } from '../base/errors.js';

export type EvidenceErrorCode =
  /** Not an evidence file, cut short, or not in the one form that format 1 has. */
  | 'EVIDENCE_MALFORMED'
  /** Written by a newer version of the program: verify it with that one. */
  | 'EVIDENCE_FORMAT_NEWER'
  /** Not a trust file; the message says which member. */
  | 'TRUST_MALFORMED'
  /** Written for a newer version of the program. */
  | 'TRUST_FORMAT_NEWER'
  /** Neither a handover that waits for its signature nor a signed one; the message says why. */
  | 'HANDOVER_MALFORMED';

/** The message never quotes the file. */
export class EvidenceError extends ChirographError<EvidenceErrorCode> {}
