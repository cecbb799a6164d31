/**
 * Compiled schemas that whoever prepares keeps, so that a schema is sent and compiled once and not with
 * each batch. What belongs to which type is forgotten when a schema of the ledger changes; what was
 * compiled is not, because a version never changes.
 */
import { LRUCache } from 'lru-cache';
import { utf8ToString } from '../../../base/bytes.js';
import { parseStrictJson } from '../../../base/canonical-json.js';
import { ChirographError } from '../../../base/errors.js';
import { compileDocument } from '../../../schemas/compile-document.js';
import type { CheckPayload } from '../../../schemas/json-schema.js';
import { parseSchema } from '../../../schemas/schema-document.js';
import type { FindSchemas, FoundSchema } from '../preparer.js';

export interface CachedSchema {
  readonly ref: string;
  readonly check: CheckPayload;
}

/** Whose schemas, and of which moment. */
export interface SchemaSource {
  readonly tenant: string;
  readonly ledger: string;
  readonly epoch: number;
}

/** Types of ledgers, of which most have the same few hundred. */
const CACHED_TYPES = 20_000;
/** In bytes of their JSON; compiled they take some ten times as much. */
const CACHED_SCHEMA_BYTES = 16 * 1024 * 1024;
const NONE = 'none';

export class SchemaCache {
  readonly #compiled = new LRUCache<string, CachedSchema>({ maxSize: CACHED_SCHEMA_BYTES });
  /** The `ref` of each, so that what is compiled is bounded by `#compiled` alone. */
  readonly #refs = new LRUCache<string, string>({ max: CACHED_TYPES });

  /** Of each type, null where it has none; asks for what is not known. */
  async of(
    source: SchemaSource,
    types: ReadonlySet<string>,
    ask: FindSchemas,
  ): Promise<ReadonlyMap<string, CachedSchema | null>> {
    const schemas = new Map<string, CachedSchema | null>();
    const missing: string[] = [];
    for (const type of types) {
      const known = this.#known(source, type);
      if (known === undefined) missing.push(type);
      else schemas.set(type, known);
    }
    if (missing.length === 0) return schemas;
    const found = await ask(missing);
    missing.forEach((type, at) => {
      const schema = this.#compile(source.tenant, found[at] ?? null);
      this.#refs.set(keyOf(source, type), schema?.ref ?? NONE);
      schemas.set(type, schema);
    });
    return schemas;
  }

  #known(source: SchemaSource, type: string): CachedSchema | null | undefined {
    const ref = this.#refs.get(keyOf(source, type));
    if (ref === undefined) return undefined;
    return ref === NONE ? null : this.#compiled.get(compiledKey(source.tenant, ref));
  }

  #compile(tenant: string, found: FoundSchema | null): CachedSchema | null {
    if (found === null) return null;
    const { ref, bytes } = found;
    const key = compiledKey(tenant, ref);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const schema = { ref, check: compiled(bytes) };
    this.#compiled.set(key, schema, { size: bytes.length });
    return schema;
  }
}

function keyOf({ tenant, ledger, epoch }: SchemaSource, type: string): string {
  return `${tenant}\0${ledger}\0${epoch}\0${type}`;
}

/** Half of a hash stands in a `ref`. It is never taken for another tenant's, whatever they find. */
function compiledKey(tenant: string, ref: string): string {
  return `${tenant}\0${ref}`;
}

/** One that was put under another version of the program may not be taken by this one. */
function compiled(bytes: Uint8Array): CheckPayload {
  try {
    return compileDocument(parseSchema(parseStrictJson(utf8ToString(bytes))).document);
  } catch (cause) {
    if (!(cause instanceof ChirographError)) throw cause;
    return () => [{ pointer: '', detail: 'has a schema that cannot be used: put another version' }];
  }
}
