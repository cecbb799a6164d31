/** Records about a drive itself, beside its settings: written by the node, and found as the newest of their thing. */
import { type JsonObject, type JsonValue, parseCanonicalJson } from '../base/canonical-json.js';
import {
  type AppendRecordsDeps,
  appendRecords,
  type AppendTarget,
} from '../commands/append-records.js';
import { newestOf } from '../queries/newest-version.js';
import type { Receipt } from '../queries/receipt.js';
import type { LedgerLogs } from '../queries/tenant-ledgers.js';
import { OWN_SUBJECT, ownRecord } from '../schemas/own-records.js';

export interface DriveThing {
  readonly type: string;
  readonly key: string;
}

/** Durable, and found by whoever looks, when it returns. @throws as `appendRecords`, and what refuses it. */
export async function appendOwnRecord(
  deps: AppendRecordsDeps,
  target: AppendTarget,
  { type, key }: DriveThing,
  payload: JsonObject,
): Promise<Receipt> {
  const record = ownRecord(type, key, payload);
  const [result] = await appendRecords(deps, target, [{ record, idempotencyKey: null }]);
  if (result === undefined) throw new Error('a record has a result');
  if (result.kind === 'error') throw result.error;
  return result.receipt;
}

/** What the newest one says; null where there is none. @throws LedgerError LEDGER_DAMAGED; as `openEntry`. */
export async function newestOwnRecord(
  { ledger, vault }: Pick<LedgerLogs, 'ledger' | 'vault'>,
  thing: DriveThing,
): Promise<JsonValue | null> {
  const found = await newestOf(ledger, vault, { subject: OWN_SUBJECT, ...thing });
  return found === null ? null : parseCanonicalJson(found.opened.payload.bytes);
}
