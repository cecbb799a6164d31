/** The words that a report of a signature is made of, for descriptions of it: of each list, all there are. */
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithmName } from '../signing/algorithms.js';
import { CHECKS, SUB_INDICATIONS, type SubIndication } from '../signing/signature-report.js';

export const CHECK_NAMES = CHECKS;
export const SUB_INDICATION_NAMES = Object.keys(SUB_INDICATIONS) as readonly SubIndication[];
export const ALGORITHM_NAMES = Object.keys(
  SIGNATURE_ALGORITHMS,
) as readonly SignatureAlgorithmName[];
