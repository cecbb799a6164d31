/** Gives a record type of a ledger a schema, as a record: its versions are the history of a thing. */
import type { LedgerSchemas, SchemaRegistry, SchemaVersion } from '../queries/ledger-schemas.js';
import { appendedAgain, type Receipt, receiptOf } from '../queries/receipt.js';
import { ownRecord, SCHEMA_LIST_TYPE, SCHEMA_TYPE, SCHEMAS_KEY } from '../schemas/own-records.js';
import {
  checkSchemaSize,
  formatSchema,
  formatSchemaList,
  isSameDocument,
  MAX_SCHEMA_VERSIONS,
  MAX_SCHEMAS,
  type SchemaDocument,
} from '../schemas/schema-document.js';
import { schemaRefused, SchemasError } from '../schemas/schemas-error.js';
import type { AppendRecordsDeps, AppendTarget } from './append-target.js';
import { appendOwn } from './internal/append-own.js';
import type { TrySchema } from './schema-trial.js';

export interface SchemaDeps extends AppendRecordsDeps {
  readonly schemas: Pick<SchemaRegistry, 'of'>;
}

export interface PutSchemaDeps extends SchemaDeps {
  readonly trySchema: TrySchema;
}

export interface PutSchemaResult {
  readonly version: SchemaVersion;
  readonly receipt: Receipt;
  /** False if the newest version is just this. */
  readonly isNew: boolean;
}

/**
 * Every record that is accepted after this has returned is checked against it.
 *
 * @throws SchemasError SCHEMA_REFUSED, SCHEMA_LIMIT; and as `appendRecords`.
 */
export async function putSchema(
  deps: PutSchemaDeps,
  target: AppendTarget,
  type: string,
  document: SchemaDocument,
): Promise<PutSchemaResult> {
  if (type.startsWith('chirograph.'))
    throw schemaRefused('is of a type that the node itself writes');
  checkSchemaSize(document);
  const ledger = deps.store.ledger(target.tenant, target.ledger);
  const schemas = await deps.schemas.of(ledger);
  return schemas.changes.take(async () => {
    const before = await schemas.latest(type);
    if (before !== null && isSameDocument(before.document, document)) {
      const { reader, opened } = before;
      const appended = await appendedAgain(reader, opened.entry.index);
      return { version: before, receipt: receiptOf(appended, deps.marksOf), isNew: false };
    }
    checkLimits(schemas, type, before);
    await deps.trySchema(document);
    const version = (before?.version ?? 0) + 1;
    // The list first. A crash between the two leaves a type in it that has no schema, which is nothing.
    const list = schemas.has(type)
      ? []
      : [ownRecord(SCHEMA_LIST_TYPE, SCHEMAS_KEY, formatSchemaList([...schemas.types, type]))];
    const schema = ownRecord(SCHEMA_TYPE, type, formatSchema({ type, version, document }));
    const receipt = await appendOwn(deps, target, [...list, schema]);
    schemas.tookSchema(type);
    const latest = await schemas.latest(type);
    if (latest === null) throw new Error('a schema that was appended is not there');
    return { version: latest, receipt, isNew: true };
  });
}

function checkLimits(schemas: LedgerSchemas, type: string, before: SchemaVersion | null): void {
  if (!schemas.has(type) && schemas.types.length >= MAX_SCHEMAS)
    throw new SchemasError('SCHEMA_LIMIT', `a ledger has schemas of at most ${MAX_SCHEMAS} types`);
  if ((before?.version ?? 0) >= MAX_SCHEMA_VERSIONS)
    throw new SchemasError(
      'SCHEMA_LIMIT',
      `a schema has at most ${MAX_SCHEMA_VERSIONS} versions: go on under another type`,
    );
}
