/**
 * Appends records that come as JSON text, read and prepared in another thread. As with
 * `appendRecords`, each stands alone.
 */
import type { SchemaRegistry } from '../queries/ledger-schemas.js';
import { type ReceiptText, ReceiptWriter } from '../queries/receipt-json.js';
import { type AppendRecordsDeps, type AppendTarget, type RecordResult } from './append-records.js';
import { appendPrepared } from './internal/append-prepared.js';
import { findSchemas, schemaCheckOf } from './internal/schema-check.js';
import type { Preparer } from './preparation/preparer.js';
import type { RecordText } from './preparation/record-request.js';

export interface AppendRecordTextsDeps extends AppendRecordsDeps {
  readonly preparer: Preparer;
  /** Largest payload of one record, in bytes. */
  readonly maxPayloadBytes: number;
  readonly schemas: Pick<SchemaRegistry, 'of'>;
}

/**
 * @returns one result for each text, in order, with its receipt as JSON text.
 * @throws as `appendRecords`, and CommandError PREPARATION_INTERRUPTED; nothing was appended then.
 */
export async function appendRecordTexts(
  deps: AppendRecordTextsDeps,
  target: AppendTarget,
  texts: readonly RecordText[],
): Promise<RecordResult<ReceiptText>[]> {
  const { preparer, maxPayloadBytes, store } = deps;
  const receipts = new ReceiptWriter(deps.marksOf);
  const schemas = await deps.schemas.of(store.ledger(target.tenant, target.ledger));
  return appendPrepared(deps, target, texts, {
    // How it is now, each time: an attempt may be made again after a change.
    prepare: (some, context, sources) =>
      preparer.prepare(
        { ...context, schemas: schemaCheckOf(schemas), maxPayloadBytes, texts: some },
        { ...sources, findSchemas: (types) => findSchemas(schemas, types) },
      ),
    receipt: (entry, warnings) => receipts.write(entry, warnings),
  });
}
