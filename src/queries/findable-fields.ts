/**
 * What the records of a ledger are found by: the fields that any version of its schemas names, because a
 * record is found by those of the version that it was checked against.
 */
import type { Ledger } from '../ledger/ledger.js';
import type { Findable, FindableAs } from '../schemas/schema-document.js';
import type { FindableTypes } from '../views/search-source.js';
import type { LedgerSchemas, SchemaRegistry } from './ledger-schemas.js';

interface KnownType {
  /** The newest version, as headers name it. */
  readonly newest: string;
  /** Of all versions, by what headers name. */
  readonly fields: ReadonlyMap<string, readonly Findable[]>;
}

interface KnownLedger {
  /** Of the schemas, as they were when this was read. */
  readonly epoch: number;
  readonly types: ReadonlyMap<string, KnownType>;
  readonly findable: FindableTypes;
}

/** Those of all ledgers of a node. What is kept grows with schemas and not with what they say. */
export class FindableFields {
  readonly #schemas: Pick<SchemaRegistry, 'of'>;
  /** By handle. */
  readonly #ledgers = new Map<string, KnownLedger>();

  constructor(schemas: Pick<SchemaRegistry, 'of'>) {
    this.#schemas = schemas;
  }

  /** @throws as `SchemaRegistry.of`. */
  async of(ledger: Ledger): Promise<FindableTypes> {
    const { handle } = ledger.identity;
    const schemas = await this.#schemas.of(ledger);
    const known = this.#ledgers.get(handle);
    if (known?.epoch === schemas.epoch) return known.findable;
    // Before they are read: a change meanwhile is read the next time.
    const { epoch } = schemas;
    const types = new Map<string, KnownType>();
    for (const type of schemas.types) {
      const read = await readType(schemas, type, known?.types.get(type));
      if (read !== null) types.set(type, read);
    }
    const findable = new Map(
      [...types].flatMap(([type, { fields }]) => (fields.size === 0 ? [] : [[type, fields]])),
    );
    this.#ledgers.set(handle, { epoch, types, findable });
    return findable;
  }
}

/** In order, each once. */
export function fieldsOf(types: FindableTypes): readonly FindableAs[] {
  const versions = [...types.values()].flatMap((type) => [...type.values()]);
  return [...new Set(versions.flat().map(({ as }) => as))].sort();
}

/** Only what is newer than what is known. */
async function readType(
  schemas: LedgerSchemas,
  type: string,
  known: KnownType | undefined,
): Promise<KnownType | null> {
  let newest: string | null = null;
  const fields = new Map(known?.fields);
  for await (const { ref, document } of schemas.versions(type)) {
    if (ref === known?.newest) break;
    newest ??= ref;
    if (document.findable !== undefined) fields.set(ref, document.findable);
  }
  if (newest === null) return known ?? null;
  return { newest, fields };
}
