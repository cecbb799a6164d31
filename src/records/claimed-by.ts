/** What a claim must say of a record: one rule for whoever enters it and for whoever verifies it. */
import type { ClaimedRecord } from './claim.js';
import type { RecordHeader } from './header.js';

/** Payload, parts, attachments: in this order, whichever of them there are. */
export function claimedBy(header: RecordHeader): ClaimedRecord {
  const { attachments = [], author, key, parts = [], payload, subject, type } = header;
  const { validFrom, validTo } = header;
  return {
    author,
    payloads: [payload, ...parts, ...attachments].map(({ sha256 }) => sha256),
    subject,
    type,
    ...(key !== undefined && { key }),
    ...(validFrom !== undefined && { validFrom }),
    ...(validTo !== undefined && { validTo }),
  };
}
