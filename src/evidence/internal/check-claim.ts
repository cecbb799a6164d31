/**
 * That the author's claim says what the header says, and that the key which the header names signed it. That
 * this was a key of the author then, the log has checked: the header names the event of their history.
 */
import { isClaimSignedByKey } from '../../identities/claim-signature.js';
import { checkClaim as compareClaim, parseClaim } from '../../records/claim.js';
import { claimedBy } from '../../records/claimed-by.js';
import type { RecordHeader } from '../../records/header.js';
import { headerOf } from './check-header.js';
import {
  brokenRule,
  failed,
  finding,
  notDone,
  notPresent,
  type Outcome,
  passed,
  type Rules,
} from './outcome.js';
import { isFinding, readPart } from './read-part.js';
import type { ReadEntry } from './read-statement.js';

export const CLAIM_RULES: Rules<RecordHeader> = {
  'it says what the header says': (header) => {
    const { claim } = header;
    if (claim === undefined) return null;
    const compared = readPart('claim.differs', 'the claim', () => {
      compareClaim(parseClaim(claim), claimedBy(header));
      return header;
    });
    return isFinding(compared) ? compared : null;
  },

  'the key that is named signed it': ({ claim, claimSignature: signature }) => {
    if (claim === undefined || signature === undefined) return null;
    const isSigned = readPart('claim.unsigned', 'the claim', () => ({
      holds: isClaimSignedByKey({ claim, signature }),
    }));
    if (isFinding(isSigned)) return isSigned;
    return isSigned.holds
      ? null
      : finding('claim.unsigned', { where: 'the claim', reason: 'another key, or another claim' });
  },
};

export function checkClaim(entry: ReadEntry, rules: Rules<RecordHeader> = CLAIM_RULES): Outcome {
  const header = headerOf(entry);
  if (header === null)
    return entry.file.header === undefined ? notPresent('claim.not-present') : notDone();
  if (!('type' in header) || header.claim === undefined) return notPresent('claim.not-present');
  const broken = brokenRule(rules, header);
  if (broken !== null) return failed(broken);
  const { claimSignature: signed } = header;
  return signed === undefined
    ? passed('math', 'claim.pass')
    : passed('math', 'claim.pass-signed', { key: signed.keyId });
}
