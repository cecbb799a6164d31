/** What whoever prepares records is told of the schemas of their ledger. */
import type { LedgerSchemas } from '../../queries/ledger-schemas.js';
import type { FoundSchema, SchemaCheck } from '../preparation/preparer.js';

/** Null where nothing could be refused or warned of: then nothing is asked, and nothing costs. */
export function schemaCheckOf(schemas: LedgerSchemas): SchemaCheck | null {
  const { mode, unknownTypes } = schemas.settings;
  if (mode === 'off') return null;
  if (unknownTypes === 'accept' && schemas.isEmpty) return null;
  return { mode, unknownTypes, epoch: schemas.epoch };
}

export async function findSchemas(
  schemas: LedgerSchemas,
  types: readonly string[],
): Promise<(FoundSchema | null)[]> {
  const found: (FoundSchema | null)[] = [];
  for (const type of types) {
    const latest = await schemas.latest(type);
    found.push(latest === null ? null : { ref: latest.ref, bytes: latest.opened.payload.bytes });
  }
  return found;
}
