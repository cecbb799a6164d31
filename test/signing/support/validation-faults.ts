/** Rules of validation left out, one at a time; see `validation-matrix.test.ts`. */
import type { PlantedFault } from '../../support/mutant.js';

const JUDGEMENT = 'signing/internal/certificate-judgement.js';
const SLIDING = 'signing/internal/time-sliding.js';

export const VALIDATION_FAULTS: readonly PlantedFault[] = [
  {
    name: 'the age of answers is not looked at',
    file: 'signing/revocation-status.js',
    find: 'if (issuedAt >= at) return true;',
    replace: 'return true;',
  },
  {
    name: 'the claimed time is taken for a proof',
    file: 'signing/cades-validator.js',
    find: 'const best = proofs.earliest("signature");',
    replace:
      'const best = { time: signedData.signer.signedAttributes.signingTime ?? at, by: "caller" };',
  },
  {
    name: 'time-stamps that fail prove a time',
    file: 'signing/internal/proven-times.js',
    find: 'if (!validated.hasPassed || each.token === null)',
    replace: 'if (each.token === null)',
  },
  {
    name: 'the latest proof counts, not the earliest',
    file: 'signing/proof-of-existence.js',
    find: 'proof.time < known.time',
    replace: 'proof.time > known.time',
  },
  {
    name: 'whoever vouches need not be good any more',
    file: JUDGEMENT,
    find: 'if (failures.length === 0) return null;',
    replace: 'return null;',
  },
  {
    name: 'the algorithms of now do not count for what has no proof',
    file: JUDGEMENT,
    find: 'if (!ends.every((end) => isAcceptedAt(end, validationTime))) return doubt(false);',
    replace: '',
  },
  {
    name: 'a signature may be older than its certificate',
    file: JUDGEMENT,
    find: 'if (judged.existedAt < judged.certificate.notBefore) return notYetValid(now);',
    replace: '',
  },
  {
    name: 'a signature need not have existed by the control time',
    file: JUDGEMENT,
    find: 'slid !== null && judged.existedAt <= slid.controlTime',
    replace: 'slid !== null',
  },
  {
    name: 'an answer need not be proven to be old',
    file: SLIDING,
    find: 'existed <= spokenBy && ',
    replace: '',
  },
  {
    name: 'a revocation does not turn the control time back',
    file: SLIDING,
    find: 'if (status.outcome.kind === "revoked") return earliest(limit, status.outcome.at);',
    replace: 'if (status.outcome.kind === "revoked") return limit;',
  },
  {
    name: 'the end of a certificate does not turn the control time back',
    file: SLIDING,
    find: 'controlTime = earliest(controlTime, certificate.notAfter);',
    replace: '',
  },
  {
    name: 'the end of an anchor does not turn the control time back',
    file: SLIDING,
    find: 'earliest(context.validationTime, anchor.until)',
    replace: 'context.validationTime',
  },
  {
    name: 'an archive time-stamp covers whatever came later',
    file: 'signing/ats-hash-index.js',
    find: 'covered: elements("named")',
    replace:
      'covered: { ...elements("named"), revocations: [...elements("named").revocations, ...elements("others").revocations] }',
  },
  {
    name: 'what no check covers passes',
    file: 'signing/internal/signature-acceptance.js',
    find: 'unchecked.length > 0 && policy.unchecked === "refused"',
    replace: 'false',
  },
  {
    name: 'time-stamps may contradict each other',
    file: 'signing/internal/time-stamp-validation.js',
    find: 'by === "archive-time-stamp" && ',
    replace: 'false && ',
  },
  {
    name: 'time-stamps may be of the future',
    file: 'signing/internal/time-stamp-validation.js',
    find: 'if (genTime > validationTime)',
    replace: 'if (false)',
  },
];
