/** Says how strictly a ledger keeps to the schemas of its types. */
import { ownRecord, SCHEMAS_KEY, SETTINGS_TYPE } from '../schemas/own-records.js';
import { formatSettings, type SchemaSettings } from '../schemas/schema-document.js';
import type { AppendTarget } from './append-target.js';
import { appendOwn } from './internal/append-own.js';
import type { SchemaDeps } from './put-schema.js';

/**
 * It counts for every record that is accepted after this has returned. What is so already is not
 * recorded again.
 *
 * @throws as `appendRecords`.
 */
export async function setSchemaMode(
  deps: SchemaDeps,
  target: AppendTarget,
  settings: SchemaSettings,
): Promise<SchemaSettings> {
  const ledger = deps.store.ledger(target.tenant, target.ledger);
  const schemas = await deps.schemas.of(ledger);
  return schemas.changes.take(async () => {
    const { mode, unknownTypes } = schemas.settings;
    if (mode === settings.mode && unknownTypes === settings.unknownTypes) return settings;
    await appendOwn(deps, target, [
      ownRecord(SETTINGS_TYPE, SCHEMAS_KEY, formatSettings(settings)),
    ]);
    schemas.tookSettings(settings);
    return settings;
  });
}
