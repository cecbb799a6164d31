/** That the author's claim says what the header says. Whether its author signed it is not in format 1. */
import { checkClaim as compareClaim, parseClaim } from '../../records/claim.js';
import type { RecordHeader } from '../../records/header.js';
import { headerOf } from './check-header.js';
import {
  brokenRule,
  failed,
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
};

export function checkClaim(entry: ReadEntry, rules: Rules<RecordHeader> = CLAIM_RULES): Outcome {
  const header = headerOf(entry);
  if (header === null)
    return entry.file.header === undefined ? notPresent('claim.not-present') : notDone();
  if (!('type' in header) || header.claim === undefined) return notPresent('claim.not-present');
  const broken = brokenRule(rules, header);
  return broken === null ? passed('math', 'claim.pass') : failed(broken);
}

function claimedBy(header: RecordHeader) {
  const { author, key, parts = [], payload, subject, type, validFrom, validTo } = header;
  return {
    author,
    payloads: [payload.sha256, ...parts.map(({ sha256 }) => sha256)],
    subject,
    type,
    ...(key !== undefined && { key }),
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
  };
}
