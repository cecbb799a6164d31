/** The schemas of a ledger: which types have one, and the versions of each. */
import { toHex } from '../base/bytes.js';
import { formatInstant } from '../base/time.js';
import type { SchemaDocument, SchemaLanguage } from '../schemas/schema-document.js';
import { SchemasError } from '../schemas/schemas-error.js';
import type { LedgerSchemas, SchemaVersion } from './ledger-schemas.js';

export interface SchemaSummary {
  readonly type: string;
  readonly version: number;
  /** As it stands in the headers of records. */
  readonly ref: string;
  readonly format: SchemaLanguage;
  /** Of its record: leaf hash, and index in the log it lies in. */
  readonly id: string;
  readonly index: number;
  readonly recordedAt: string;
  readonly author: string;
}

export type SchemaView = SchemaSummary & SchemaDocument;

export interface SchemaPage<Next> {
  readonly items: readonly SchemaSummary[];
  /** Null at the end. */
  readonly next: Next | null;
}

/** By type. @param after a type; those beyond it are listed. */
export async function listSchemas(
  schemas: LedgerSchemas,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<SchemaPage<string>> {
  const types = schemas.types.filter((type) => after === undefined || type > after);
  const items: SchemaSummary[] = [];
  for (const type of types.slice(0, limit)) {
    const latest = await schemas.latest(type);
    if (latest !== null) items.push(summaryOf(latest));
  }
  return { items, next: types.length > limit ? (types[limit - 1] ?? null) : null };
}

/** Newest first. @param before a version; those under it are listed. @throws SchemasError SCHEMA_UNKNOWN. */
export async function listSchemaVersions(
  schemas: LedgerSchemas,
  type: string,
  { limit, before }: { readonly limit: number; readonly before?: number },
): Promise<SchemaPage<number>> {
  const items: SchemaSummary[] = [];
  let found = false;
  for await (const version of schemas.versions(type)) {
    found = true;
    if (before !== undefined && version.version >= before) continue;
    const last = items.at(-1);
    if (last !== undefined && items.length === limit) return { items, next: last.version };
    items.push(summaryOf(version));
  }
  if (!found) throw unknown();
  return { items, next: null };
}

/** The newest version, or the one that is named. @throws SchemasError SCHEMA_UNKNOWN. */
export async function getSchema(
  schemas: LedgerSchemas,
  type: string,
  wanted?: number,
): Promise<SchemaView> {
  for await (const version of schemas.versions(type))
    if (wanted === undefined || version.version === wanted)
      return { ...summaryOf(version), ...version.document };
  throw unknown();
}

export function summaryOf({ type, version, ref, document, opened }: SchemaVersion): SchemaSummary {
  const { entry, statement, said } = opened;
  return {
    type,
    version,
    ref,
    format: document.format,
    id: toHex(entry.leafHash),
    index: entry.index,
    recordedAt: formatInstant(statement.recordedAt),
    author: said.author,
  };
}

function unknown(): SchemasError {
  return new SchemasError(
    'SCHEMA_UNKNOWN',
    'the ledger has no schema of this type, or not that version: list those there are',
  );
}
