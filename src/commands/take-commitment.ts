/**
 * A digest that the node's calendar is sent: a record of its own ledger, which the next epoch holds as it holds all
 * others. What is promised is durable by the time that it is promised.
 */
import type { TenantName } from '../access/tenant-name.js';
import { toHex } from '../base/bytes.js';
import { COMMITMENT_TYPE, commitmentSteps } from '../evidence/opentimestamps/commitment-path.js';
import { underSteps } from '../evidence/opentimestamps/timestamp-tree.js';
import { timestampBytes } from '../evidence/opentimestamps/write-ots-file.js';
import { findEntry } from '../queries/find-entry.js';
import { openUnerased } from '../queries/opened-entry.js';
import { parseRecordInput } from '../records/record-input.js';
import type { AppendRecordsDeps } from './append-target.js';
import { appendOwn } from './internal/append-own.js';

export const CALENDAR_LEDGER = 'calendar';
/** Of the reference library's calendars. */
export const MAX_DIGEST_BYTES = 64;

export interface CalendarParts extends AppendRecordsDeps {
  /** Handle of the tenant that the ledger is of. */
  readonly tenant: string;
  /** Where this calendar is reached, as its promises name it. */
  readonly uri: string;
}

/** Who sends it: neither shows in what is handed out. */
export interface CommitmentSender {
  readonly tenant: TenantName;
  /** Of the key, token or certificate. */
  readonly keyId: string;
}

/**
 * @param digest 1–64 bytes.
 * @returns a bare timestamp of the digest that ends in this calendar's promise.
 * @throws LedgerError as `appendRecords`.
 */
export async function takeCommitment(
  parts: CalendarParts,
  { tenant: from, keyId }: CommitmentSender,
  digest: Uint8Array,
): Promise<Uint8Array> {
  const { store, tenant, uri } = parts;
  const record = parseRecordInput({
    type: COMMITMENT_TYPE,
    subject: from,
    payload: { digest: toHex(digest) },
  });
  const target = { tenant, ledger: CALENDAR_LEDGER, author: keyId };
  const { id } = await appendOwn(parts, target, [record]);
  const { reader, index } = await findEntry(store.ledger(tenant, CALENDAR_LEDGER), id);
  const entry = await openUnerased(store.vaultOf(tenant), await reader.entry(index));
  if (entry.kind !== 'record') throw new Error('a record that was appended is another entry');
  const steps = commitmentSteps(digest, entry.payload.salt, entry.entry.statement);
  const promise = { attestations: [{ kind: 'pending' as const, uri }], branches: [] };
  return timestampBytes(underSteps(steps, promise));
}
