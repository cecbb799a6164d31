/** From a document as it was put, in whatever language, to what checks payloads. */
import type { JsonObject } from '../base/canonical-json.js';
import { checkJsonSchema, type CheckPayload, compileJsonSchema } from './json-schema.js';
import { checkSchemaSize, type SchemaDocument } from './schema-document.js';
import { tradleModelSchema } from './tradle-model.js';

/** @throws SchemasError SCHEMA_REFUSED. */
export function compileDocument(document: SchemaDocument): CheckPayload {
  return compileJsonSchema(jsonSchemaOf(document));
}

/**
 * All that is asked once, when it is put; compiling is part of it.
 *
 * @throws SchemasError SCHEMA_REFUSED.
 */
export function checkDocument(document: SchemaDocument): void {
  checkSchemaSize(document);
  const schema = jsonSchemaOf(document);
  checkJsonSchema(schema);
  compileJsonSchema(schema);
}

function jsonSchemaOf({ format, schema, models }: SchemaDocument): JsonObject {
  if (format === 'json-schema') return schema;
  return tradleModelSchema({ model: schema, ...(models !== undefined && { models }) });
}
